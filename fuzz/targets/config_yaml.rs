//! Configurations: one that can be written and read again, or an error, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use phivet::config::Config;

fuzz_target!(|text: &str| {
    if let Ok(Some(config)) = serde_yaml::from_str::<Option<Config>>(text) {
        let again = serde_yaml::to_string(&config).expect("a configuration can be written");
        serde_yaml::from_str::<Config>(&again).expect("and read again");
    }
});
