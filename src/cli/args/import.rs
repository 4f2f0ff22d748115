//! The verb `import`: a file, or what is done with an import. Apart from the rest, for the code that is
//! derived of an optional group of arguments lets one go that it has taken.
#![expect(let_underscore_drop, reason = "clap's derive of `Option` in a flattened group")]

use super::{ImportRows, ImportVerb};
use clap::Args;

/// Record the rows of a CSV file or of a sheet (XLSX, XLS), as a mapping file says (schemas/mapping.md); or undo an import, or begin with a template
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "A row that a rule refuses goes to the rejects file and takes no other row with it. The same file twice adds nothing; a longer version of it adds only the new rows.\n\nExample:\n  earmark import payments.csv --mapping payments.toml --dry-run\n  earmark import payments.csv --mapping payments.toml --rejects refused.csv"
)]
pub(crate) struct Import {
    /// What is done with an import, instead of one.
    #[command(subcommand)]
    pub(crate) verb: Option<ImportVerb>,
    /// What is imported.
    #[command(flatten)]
    pub(crate) rows: Option<ImportRows>,
}
