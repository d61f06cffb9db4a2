//! Tables asked and written.

use proptest::prelude::*;

use super::form::FORMS;
use super::query::OPERATORS;
use super::*;
use crate::out::Capture;
use crate::paint::Paint;

fn sample() -> Table {
    let mut table = Table::new("things", [number("nth"), number("size").right(), text("name")]);
    for (nth, size, name) in
        [(1, "0x10", "vault.c"), (2, "0x2", "fib"), (3, "0x10", "main"), (4, "----", "a,b \"c\"")]
    {
        table.push([nth.to_string(), size.to_owned(), name.to_owned()]);
    }
    table
}

fn ask(query: &str) -> Result<String> {
    let mut table = sample();
    let form = query::run(&mut table, query, &mut |text| text.parse().ok())?.unwrap_or(Form::Csv);
    let mut capture = Capture::new();
    super::form::write(&table, &mut capture, &Paint::default(), form)?;
    Ok(capture.text())
}

fn numbers(query: &str) -> String {
    let text = ask(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    let firsts = text.lines().skip(1).filter_map(|line| line.split(',').next());
    firsts.collect::<Vec<&str>>().join(" ")
}

#[test]
fn operators_choose_rows() {
    for (query, expected) in [
        ("", "1 2 3 4"),
        ("name/eq/fib", "2"),
        ("name/ne/fib", "1 3 4"),
        ("size/eq/16", "1 3"),
        ("size/ne/16", "2 4"),
        ("size/gt/2:csv", "1 3"),
        ("size/ge/2", "1 2 3"),
        ("size/lt/16", "2"),
        ("size/le/0x10", "1 2 3"),
        ("nth/gt/1,nth/lt/4", "2 3"),
        ("name/str/a", "1 3 4"),
        ("name/nostr/a", "2"),
        ("name/strlen/4", "3"),
        ("name/minlen/4", "1 4"),
        ("name/maxlen/4", "2"),
        ("size/uniq", "1 2 4"),
        ("*/head/2", "1 2"),
        ("*/tail/1", "4"),
        ("/skip/3", "4"),
        ("*/page/2/3", "4"),
        ("*/page/9/3", ""),
        ("*/head/99999999999", "1 2 3 4"),
        ("*/rev", "4 3 2 1"),
        ("size/sort/inc", "2 1 3 4"),
        ("size/sort/dec", "4 1 3 2"),
        ("size/sort/anything", "2 1 3 4"),
        ("name/sort/inc", "4 2 3 1"),
        ("name/sortlen/dec", "1 4 3 2"),
        ("size/sort/dec , */head/2", "4 1"),
    ] {
        assert_eq!(numbers(query), expected, "{query}");
    }
}

#[test]
fn columns_can_be_chosen_and_added_up() {
    assert_eq!(ask("name/cols/nth,nth/le/2").unwrap(), "name,nth\nvault.c,1\nfib,2\n");
    assert_eq!(ask("size/sum").unwrap(), "size\n34\n");
}

#[test]
fn what_is_wrong_is_named() {
    for (query, part) in [
        ("nope/eq/1", "no column 'nope': there are nth, size, name"),
        ("name/foo/1", "operators are eq"),
        ("name", "no column/operator/operand"),
        ("size/gt/banana", "'banana' is none"),
        ("*/head/x", "head takes n"),
        (":pdf", "no form ':pdf'"),
        ("name/cols/nth/x", "no column 'x'"),
    ] {
        let error = ask(query).unwrap_err().to_string();
        assert!(error.contains(part), "{query}: {error}");
    }
}

#[test]
fn forms_are_as_they_should() {
    for (query, expected) in [
        ("nth/eq/2,:simple", "nth  size name\n--------------\n2     0x2 fib\n"),
        ("nth/eq/2,:quiet", "2     0x2 fib\n"),
        ("nth/eq/4,csv", "nth,size,name\n4,----,\"a,b \"\"c\"\"\"\n"),
        ("nth/eq/4,:tsv", "nth\tsize\tname\n4\t----\ta,b \"c\"\n"),
        ("nth/eq/1,:json", "[{\"nth\":1,\"size\":16,\"name\":\"vault.c\"}]\n"),
        ("nth/eq/4,:json", "[{\"nth\":4,\"size\":\"----\",\"name\":\"a,b \\\"c\\\"\"}]\n"),
        (
            "nth/eq/2,:fancy",
            ".----------------------.\n| nth  |  size | name  |\n)----------------------(\n\
             | 2    |   0x2 | fib   |\n`----------------------'\n",
        ),
        (
            "nth/eq/4,:sql",
            "CREATE TABLE things (nth NUMERIC(20) PRIMARY KEY, size NUMERIC(20), name VARCHAR);\n\
             INSERT INTO things (nth, size, name) VALUES (4, NULL, 'a,b \"c\"');\n",
        ),
        (
            "nth/eq/4,:html",
            "<table>\n<tr><th>nth</th><th>size</th><th>name</th></tr>\n\
             <tr><td>4</td><td>----</td><td>a,b &quot;c&quot;</td></tr>\n</table>\n",
        ),
        ("nth/eq/4,:r2", ",h xxs nth size name\n',r 4 ---- \"a,b \\\"c\\\"\"\n"),
    ] {
        assert_eq!(ask(query).unwrap(), expected, "{query}");
    }
}

#[test]
fn a_cell_can_be_longer_than_the_formatter_pads() {
    let mut table = Table::new("", [text("name")]);
    table.push(["x".repeat(100_000)]);
    let mut capture = Capture::new();
    super::form::write(&table, &mut capture, &Paint::default(), Form::Simple).unwrap();
    assert_eq!(capture.bytes.len(), "name\n----\n".len() + 100_001);
}

#[test]
fn cells_cannot_steer_a_terminal() {
    let mut table = Table::new("", [text("a\x1b[2J")]);
    table.push(["b\x1b[2J\n;!id".to_owned()]);
    for (_, form, _) in FORMS {
        let mut capture = Capture::new();
        super::form::write(&table, &mut capture, &Paint::default(), *form).unwrap();
        assert!(!capture.text().chars().any(|c| c.is_control() && c != '\n'), "{form:?}");
    }
}

#[test]
fn tables_are_read_from_csv() {
    let table = from_csv("t", "a,b,c\r\n1,\"x, \"\"y\"\"\",\n\n0x2,z,w\n").unwrap();
    assert_eq!(
        table.columns().iter().map(|c| c.kind).collect::<Vec<_>>(),
        [Kind::Number, Kind::Text, Kind::Text]
    );
    let mut capture = Capture::new();
    super::form::write(&table, &mut capture, &Paint::default(), Form::Csv).unwrap();
    assert_eq!(capture.text(), "a,b,c\n1,\"x, \"\"y\"\"\",\n0x2,z,w\n");
    for (csv, part) in [("", "no headings"), ("a\n1,2\n", "line 2 has 2 cells"), ("a\n\"x", "never closed")] {
        let error = from_csv("t", csv).unwrap_err().to_string();
        assert!(error.contains(part), "{csv:?}: {error}");
    }
}

#[test]
fn tables_of_words_are_explained() {
    for (name, _, _, brief) in OPERATORS {
        assert!(!brief.is_empty() && !name.contains('/'), "{name}");
    }
}

proptest! {
    #[test]
    fn any_query_of_any_table_ends(query in "([a-z*]{0,4}/[a-z]{0,7}(/[a-z0-9:/]{0,6})?,?){0,4}") {
        let _ = ask(&query);
    }

    #[test]
    fn csv_comes_back(cells in prop::collection::vec("[ -~é]{0,8}", 1..30)) {
        let mut table = Table::new("t", [text("first"), text("second")]);
        for pair in cells.chunks(2) {
            table.push([pair[0].clone() + "x", pair.get(1).cloned().unwrap_or_default()]);
        }
        let mut capture = Capture::new();
        super::form::write(&table, &mut capture, &Paint::default(), Form::Csv).unwrap();
        let back = from_csv("t", &capture.text()).unwrap();
        prop_assert_eq!(back.rows, table.rows);
    }
}
