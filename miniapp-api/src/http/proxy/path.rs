//! Path parameters on their way inwards: each is parsed as the id that its name stands for, and only the normal form of
//! that id becomes a part of the server's address. So no separator, dot segment or control character passes.

use domain::ids::{ClassId, GarageId};
use uuid::Uuid;

/// The segments of `template`, each parameter replaced by the value that `given` has for its name; `None` if a value is
/// missing or is not an id.
pub(super) fn filled<'a>(template: &str, given: impl Fn(&str) -> Option<&'a str>) -> Option<Vec<String>> {
    let segment = |part: &str| match parameter(part) {
        Some(name) => normal_form(name, given(name)?),
        None => Some(part.to_owned()),
    };
    template.split('/').skip(1).map(segment).collect()
}

/// The name in `{name}`.
pub(super) fn parameter(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn normal_form(name: &str, text: &str) -> Option<String> {
    match name {
        "id" => Uuid::parse_str(text).ok().map(|id| id.to_string()),
        "garage" => GarageId::parse(text).ok().map(String::from),
        "class" => ClassId::parse(text).ok().map(String::from),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::proxy::table::ROUTES;

    const ID: &str = "01a20666-2567-7653-8407-c542291247db";

    #[test]
    fn every_parameter_of_the_table_is_an_id() {
        for route in &ROUTES {
            let good = |name: &str| Some(if name == "id" { ID } else { "macau-road" });
            let path = filled(route.internal, good);
            assert!(path.is_some_and(|path| !path.iter().any(|part| part.contains('{'))), "{}", route.public);
            let names = |path: &'static str| path.split('/').filter_map(parameter).collect::<Vec<_>>();
            assert_eq!(names(route.public), names(route.internal), "{}", route.public);
        }
    }

    #[test]
    fn only_the_normal_form_of_an_id_passes() {
        fn one(given: &str, text: &str) -> Option<Vec<String>> {
            filled("/x/{id}", |name| (name == given).then_some(text))
        }
        assert_eq!(one("id", &ID.to_uppercase()), Some(vec!["x".to_owned(), ID.to_owned()]));
        for bad in ["", ".", "..", "7", "../feed", "a/b", "\0", &format!("{ID}/acts"), &"1".repeat(10_000)] {
            assert_eq!(one("id", bad), None, "{bad:?}");
        }
        assert_eq!(one("other", ID), None);
    }
}
