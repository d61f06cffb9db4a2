//! Transcripts: what a command printed, as data.

use std::path::Path;

use serde_json::Value;

/// One transcript: `cmds` run on `input` must print `expected`.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// `area/hash`, unique.
    pub(crate) id: String,
    /// Arguments before the commands.
    pub(crate) args: Vec<String>,
    /// File or URI, the last argument.
    pub(crate) input: String,
    pub(crate) commands: String,
    pub(crate) expected: String,
}

impl Row {
    /// The part of the id that names the file the row is in.
    pub(crate) fn area(&self) -> &str {
        self.id.split('/').next().unwrap_or("")
    }

    /// The first words of the line's commands, for what a row does rather than how.
    pub(crate) fn verbs(&self) -> impl Iterator<Item = &str> {
        self.commands.split(';').map(|command| command.split_whitespace().next().unwrap_or(""))
    }

    fn parse(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        let text = |name: &str| value.get(name)?.as_str().map(str::to_owned);
        let args = value.get("args")?.as_array()?;
        Some(Self {
            id: text("id")?,
            args: args.iter().map(|word| word.as_str().map(str::to_owned)).collect::<Option<_>>()?,
            input: text("input")?,
            commands: text("cmds")?,
            expected: text("stdout")?,
        })
    }
}

/// Every row of the folder's `*.jsonl`, by file name and line.
pub(crate) fn load(folder: &Path) -> Vec<Row> {
    let listing = std::fs::read_dir(folder).expect("the folder of transcripts");
    let mut files: Vec<_> = listing.map(|entry| entry.expect("a folder entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    let mut rows = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).expect("a file of transcripts");
        for (number, line) in text.lines().enumerate() {
            let row = Row::parse(line)
                .unwrap_or_else(|| panic!("{}:{}: no transcript", path.display(), number + 1));
            rows.push(row);
        }
    }
    rows
}

/// Output as it is compared: blanks at line ends and blank lines at both ends aside.
pub(crate) fn normal(output: &str) -> String {
    let output = output.replace("\r\n", "\n");
    let lines: Vec<&str> = output.split('\n').map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// Where two outputs part, in a few lines; the whole of both when `whole`.
pub(crate) fn difference(expected: &str, got: &str, whole: bool) -> String {
    let (expected, got) = (normal(expected), normal(got));
    let (left, right): (Vec<&str>, Vec<&str>) = (expected.split('\n').collect(), got.split('\n').collect());
    let same = if whole { 0 } else { left.iter().zip(&right).take_while(|(a, b)| a == b).count() };
    let shown = if whole { usize::MAX } else { 3 };
    let mut text = format!("  from line {}:\n", same + 1);
    for (mark, lines) in [('-', &left), ('+', &right)] {
        for line in lines.iter().skip(same).take(shown) {
            text.push_str(&format!("  {mark} {line}\n"));
        }
    }
    text
}
