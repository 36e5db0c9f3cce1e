//! Runs one test for both forms. Tests of a file share one system of each form as long as any of them runs.
//!
//! Everything runs on one runtime that outlives the tests: the tasks of a shared system must not end with the
//! test that happened to start it.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Weak};

use tokio::runtime::Runtime;
use tokio::sync::Mutex;

use crate::district::DistrictKind;
use crate::system::{SystemForm, SystemSetup, TestSystem};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    // Both reqwest and the server's crate need an installed TLS provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime")
});

/// Weak: the last test to end stops the system, and no process outlives the tests.
static SHARED: LazyLock<Mutex<HashMap<SystemForm, Weak<TestSystem>>>> = LazyLock::new(Mutex::default);

/// Runs a test to its end.
pub fn run<T>(test: impl Future<Output = T>) -> T {
    RUNTIME.block_on(test)
}

/// The system of this form that the tests of this process share; started if there is none.
pub async fn shared(form: SystemForm, place: DistrictKind) -> Arc<TestSystem> {
    let mut shared = SHARED.lock().await;
    if let Some(running) = shared.get(&form).and_then(Weak::upgrade) {
        return running;
    }
    let system = Arc::new(TestSystem::start(SystemSetup::new(form, place)).await);
    shared.insert(form, Arc::downgrade(&system));
    system
}

/// Makes `standalone::NAME` and `separate::NAME` of each `async fn NAME`.
///
/// `shared(PLACE): a, b` gives each an `Arc<System>` that they share; `alone: a, b` gives each the [`SystemForm`], to start and
/// kill its own system. The names begin with the form so that tests of one form run one after another.
#[macro_export]
macro_rules! both_forms {
    (shared($place:expr): $($name:ident),+ $(,)?) => {
        mod standalone {
            $(#[test] fn $name() {
                $crate::run(async { super::$name($crate::shared($crate::system::SystemForm::Standalone, $place).await).await });
            })+
        }
        mod separate {
            $(#[test] fn $name() {
                $crate::run(async { super::$name($crate::shared($crate::system::SystemForm::Separate, $place).await).await });
            })+
        }
    };
    (alone: $($name:ident),+ $(,)?) => {
        mod standalone {
            $(#[test] fn $name() { $crate::run(super::$name($crate::system::SystemForm::Standalone)); })+
        }
        mod separate {
            $(#[test] fn $name() { $crate::run(super::$name($crate::system::SystemForm::Separate)); })+
        }
    };
}
