//! The schemes that can be opened, as `oL` and the command line's `-L` list them.

use farad_io::Schemes;
use serde_json::{Value, json};

use crate::error::Result;
use crate::eval::Env;
use crate::registry::Args;

/// A line for each scheme with its permissions, name, summary and URI forms; or an array of
/// objects. Ends with a line end.
pub fn list_schemes(schemes: &Schemes, json: bool) -> String {
    let name = |row: &farad_io::Scheme| row.names.first().copied().unwrap_or_default();
    if json {
        let rows = schemes.rows().map(|row| {
            json!({
                "permissions": row.permissions,
                "name": name(row),
                "description": row.brief,
                "uris": row.uris,
            })
        });
        return format!("{}\n", Value::Array(rows.collect()));
    }
    let width = schemes.rows().map(|row| name(row).len()).max().unwrap_or(0);
    schemes
        .rows()
        .map(|row| {
            format!("{}  {:width$}  {}. {}\n", row.permissions, name(row), row.brief, row.uris.join(" "))
        })
        .collect()
}

/// Lists the schemes of the session.
pub(super) fn list(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    Ok(env.out.write_all(list_schemes(&env.session.io.schemes, args.is_json()).as_bytes())?)
}
