//! The import of the demo's district, once for each content of it.

use std::fs;

use anyhow::Context;
use protocol::district::DistrictSpec;
use server::app::App;

use crate::folder::DataFolder;

/// The district that was imported last.
const IMPORTED: &str = "district.json";

/// Imports the district unless this folder has it already. An import restores the windows and pools of the file: at each
/// start it would undo what operators have changed since.
pub(super) async fn run(app: &App, folder: &DataFolder, district: &DistrictSpec) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(district).context("the district has no JSON form")?;
    if fs::read_to_string(folder.file(IMPORTED)).is_ok_and(|imported| imported == text) {
        return Ok(());
    }
    server::app::import::run(app, district).await?;
    folder.write_secret(IMPORTED, &text)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::ids::GarageId;
    use store::window;

    use super::*;
    use crate::assembly::open;

    async fn windows(app: &App, garage: &GarageId) -> usize {
        let mut tx = app.store.begin_read().await.unwrap();
        window::of_garage(&mut tx, garage).await.unwrap().len()
    }

    #[tokio::test]
    async fn a_window_that_an_operator_has_ended_stays_ended_at_the_next_start() {
        let dir = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(dir.path()).unwrap();
        let mut district = simulator::district::demo().district;
        let app = open(&folder).await.unwrap();
        run(&app, &folder, &district).await.unwrap();
        let garage = district.garages[0].id.clone();
        let before = windows(&app, &garage).await;
        let mut tx = app.store.begin().await.unwrap();
        let first = window::of_garage(&mut tx, &garage).await.unwrap().remove(0);
        window::end(&mut tx, &garage, &first.window.id, app.now()).await.unwrap();
        tx.commit().await.unwrap();
        run(&app, &folder, &district).await.unwrap();
        assert_eq!(windows(&app, &garage).await, before - 1);
        district.garages[0].name.push('新');
        run(&app, &folder, &district).await.unwrap();
        assert_eq!(windows(&app, &garage).await, before, "another content is imported");
    }
}
