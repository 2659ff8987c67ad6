//! `phivet config show|schema`

use super::args::{ConfigArgs, ConfigCommand};
use super::{CLEAN, setup};
use crate::config::schema;
use crate::error::{Error, Result};

/// Prints the configuration or its schema.
pub(super) fn run(args: &ConfigArgs) -> Result<u8> {
    let text = match &args.command {
        ConfigCommand::Schema => serde_json::to_string_pretty(&schema()).unwrap_or_default() + "\n",
        ConfigCommand::Show { config } => {
            let loaded = setup::configuration(config)?;
            let from = loaded
                .file
                .as_ref()
                .map_or_else(|| "no phivet.yaml: all as built in".to_owned(), |file| file.display().to_string());
            let yaml = serde_yaml::to_string(&loaded.config).map_err(|error| Error::Usage {
                what: format!("the configuration cannot be shown: {error}"),
                help: "report it".to_owned(),
            })?;
            format!("# {from}\n{yaml}")
        }
    };
    super::print(&text)?;
    Ok(CLEAN)
}
