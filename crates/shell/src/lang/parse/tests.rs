use super::{Dialect, parse};
use crate::lang::Grep;
use crate::lang::fault::{MAX_DEPTH, ParseFault};
use crate::lang::tree::{
    Alias, Body, Condition, Each, Errors, FormKind, Interpret, Link, Macro, Piece, Ranges, Script, Sink,
    Statement, Temp, Text, When,
};
use proptest::prelude::*;

/// Commands that begin with `=` or `:` leave `@` to a far end.
fn dialect() -> Dialect {
    Dialect { keeps_temps: |command| command.starts_with(['=', ':']) }
}

fn script(line: &str) -> Script {
    parse(line, &dialect()).unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn one(line: &str) -> Statement {
    let mut statements = script(line).statements;
    assert_eq!(statements.len(), 1, "{line}: {statements:?}");
    statements.remove(0)
}

fn text(literal: &str) -> Text {
    Text::literal(literal)
}

fn command(literal: &str) -> Body {
    Body::Command(text(literal))
}

/// The commands of a line, which must all be plain.
fn commands(line: &str) -> Vec<String> {
    let plain = |statement: Statement| match statement.body {
        Body::Command(text) => text.as_literal().map(str::to_owned),
        Body::Empty => Some(String::new()),
        _ => None,
    };
    script(line)
        .statements
        .into_iter()
        .map(|statement| plain(statement).unwrap_or_else(|| panic!("{line}")))
        .collect()
}

fn fault(line: &str) -> (usize, ParseFault) {
    let error = parse(line, &dialect()).expect_err(line);
    (error.column, error.fault)
}

#[test]
fn separators_quotes_and_comments() {
    for (line, expected) in [
        ("?e a; ?e b ;?e c", &["?e a", "?e b", "?e c"][..]),
        (";?e a", &["?e a"]),
        ("?e a;;;?e b", &["?e a", "?e b"]),
        ("?e a\n?e b\r\n", &["?e a", "?e b"]),
        ("?e a # comment;?e b", &["?e a"]),
        ("?e a # comment\n?e b", &["?e a", "?e b"]),
        ("# ?e a;?e b", &[]),
        ("?e a;# b", &["?e a"]),
        ("?e a#b", &["?e a#b"]),
        ("?e \"a;b\"", &["?e \"a;b\""]),
        ("?e 'a;b'", &["?e 'a;b'"]),
        ("?e it's;?e that's", &["?e it's", "?e that's"]),
        ("?v 1+';'", &["?v 1+';'"]),
        ("?e {\"a\":1,\"b\":\"x;y\"}", &["?e {\"a\":1,\"b\":\"x;y\"}"]),
        ("?e a\\;b", &["?e a;b"]),
        ("?e a\\nb\\x41\\\\", &["?e a\\nb\\x41\\\\"]),
        ("?e \\~\\@\\|\\>\\#\\`\\$(", &["?e ~@|>#`$("]),
        ("?e a\\\"b;c", &["?e a\\\"b", "c"]),
        ("w a\\ ;x", &["w a\\ ", "x"]),
        ("?e (a);?e b)", &["?e (a)", "?e b)"]),
        ("\"?e a;b\"", &["?e a;b"]),
        ("\"?e a|b~c\"", &["?e a|b~c"]),
        ("\"?e \\\"a\\\" \\n\" ;?e b", &["?e \"a\" \\n", "?e b"]),
        ("\"p8 4\";\"p8 2\"", &["p8 4", "p8 2"]),
        ("'?e a;b|c~d@e # f", &["?e a;b|c~d@e # f"]),
        ("?e x;'?e a;b", &["?e x", "?e a;b"]),
        ("'?e a;b\n?e c", &["?e a;b", "?e c"]),
        ("=:HOST:9999 px", &["=:HOST:9999 px"]),
        ("=+ rap://host:9999//bin/ls", &["=+ rap://host:9999//bin/ls"]),
        ("=0 px 4 @ 0x10;s", &["=0 px 4 @ 0x10", "s"]),
        ("=<0 px @@ x", &["=<0 px @@ x"]),
        (".:9090", &[".:9090"]),
        ("..4", &["..4"]),
        (".", &["."]),
        ("!=!", &["!=!"]),
        ("0x20", &["s 0x20"]),
        ("0;s", &["s 0", "s"]),
        ("??", &["??"]),
        ("?? ;s", &["??", "s"]),
        ("???", &["???"]),
        ("?", &["?"]),
        ("$$", &["$$"]),
        ("$foo:=4", &["f foo=4"]),
        ("$foo+=4", &["f foo+=4"]),
        ("x/4x", &["x/4x"]),
        ("", &[]),
        (" \t;; ", &[]),
    ] {
        assert_eq!(commands(line), expected, "{line}");
    }
}

#[test]
fn spans_and_counts() {
    let line = "px; 3 ?e hi @ 4 ; s";
    let statements = script(line).statements;
    let spans: Vec<&str> = statements.iter().map(|statement| line[statement.span.clone()].trim()).collect();
    assert_eq!(spans, ["px", "3 ?e hi @ 4", "s"]);
    assert_eq!(statements[1].repeat, Some(3));
    assert_eq!(one("2px 4").body, command("px 4"));
    assert_eq!(one("3\"?e a;b\"").body, command("?e a;b"));
    assert_eq!(fault("99999999999999999999px"), (1, ParseFault::Repeat));
}

#[test]
fn temporary_forms() {
    for (line, body, expected) in [
        ("px 32 @ 0x20", "px 32", vec![Temp::At(text("0x20"))]),
        ("px 16@0x10", "px 16", vec![Temp::At(text("0x10"))]),
        ("?e a@b", "?e a", vec![Temp::At(text("b"))]),
        ("s @ 4 + 3", "s", vec![Temp::At(text("4 + 3"))]),
        ("px 8 @!4", "px 8", vec![Temp::BlockSize(text("4"))]),
        ("px@!16", "px", vec![Temp::BlockSize(text("16"))]),
        ("p8 @ 0x20 !2", "p8", vec![Temp::At(text("0x20")), Temp::BlockSize(text("2"))]),
        ("p8 @!4@x:01020304", "p8", vec![Temp::BlockSize(text("4")), Temp::Hex(text("01020304"))]),
        ("ps @ x:41", "ps", vec![Temp::Hex(text("41"))]),
        ("pi 2 @a:arm:64 @x:c0", "pi 2", vec![Temp::Arch(text("arm:64")), Temp::Hex(text("c0"))]),
        ("px @e:hex.cols=8,io.va=0", "px", vec![Temp::Config(text("hex.cols=8,io.va=0"))]),
        ("ps 3 @s:hello world", "ps 3", vec![Temp::String(text("hello world"))]),
        ("px 4 @v:0x41", "px 4", vec![Temp::Value(text("0x41"))]),
        (
            "pi @i:2@b:16@B:1",
            "pi",
            vec![Temp::Instruction(text("2")), Temp::Bits(text("16")), Temp::BlockInstruction(text("1"))],
        ),
        ("px @..4", "px", vec![Temp::Partial(text("4"))]),
        ("px @{1 2} @o:3", "px", vec![Temp::Range(text("1 2")), Temp::Descriptor(text("3"))]),
        ("p8 4 @ ", "p8 4", vec![]),
        ("'0x20'ps 5", "ps 5", vec![Temp::At(text("0x20"))]),
        ("'@sym.main'ps 5;s @ 3", "ps 5;s @ 3", vec![Temp::At(text("sym.main"))]),
        ("\"ps;5\" @ 4", "ps;5", vec![Temp::At(text("4"))]),
    ] {
        let statement = one(line);
        assert_eq!((statement.body, statement.temps), (command(body), expected), "{line}");
    }
    assert_eq!(fault("px @q:1"), (5, ParseFault::UnknownTemp('q')));
    assert_eq!(fault("px @{1"), (5, ParseFault::Unclosed('{')));
}

#[test]
fn iterators() {
    for (line, expected) in [
        ("?v $$ @@=1 2 3", Each::List(text("1 2 3"))),
        ("?v $$@@= 1 2~x", Each::List(text("1 2"))),
        ("?e x @@==a b", Each::Words(text("a b"))),
        ("px @@ hit*", Each::Flags(text("hit*"))),
        ("px @@ *", Each::Flags(text("*"))),
        ("px @@hit*", Each::Flags(text("hit*"))),
        ("px @@f", Each::Functions(Text::default())),
        ("px @@f:main*", Each::Functions(text("main*"))),
        ("px @@foo", Each::Flags(text("foo"))),
        ("px @@s:0 10 4", Each::Steps(text("0 10 4"))),
        ("px @@c:?v 4", Each::Command(text("?v 4"))),
        ("px @@.file", Each::File(text("file"))),
        ("px @@/x 90", Each::Search(text("/x 90"))),
        ("px @@b", Each::Blocks),
        ("px @@i", Each::Instructions),
        ("px @@iS @ 4", Each::Sections),
        ("px @@@S", Each::Ranges(Ranges::Sections)),
        ("px @@@f:a*", Each::Ranges(Ranges::Flags(text("a*")))),
        ("px @@@=1 2", Each::Ranges(Ranges::List(text("1 2")))),
    ] {
        assert_eq!(one(line).each, Some(expected), "{line}");
    }
    assert_eq!(one("px @ 4 @@=1 2 @!8").temps, [Temp::At(text("4")), Temp::BlockSize(text("8"))]);
    assert_eq!(fault("px @@=1 @@=2"), (9, ParseFault::SecondEach));
    assert_eq!(fault("px @@"), (6, ParseFault::Expected("what to iterate over")));
    assert_eq!(fault("px @@@q"), (4, ParseFault::UnknownEach("@@@q".into())));
}

#[test]
fn filters_are_counted() {
    assert_eq!(one(&format!("px{}", "~a".repeat(64))).grep.len(), 64);
    assert_eq!(fault(&format!("px{}", "~a".repeat(100_000))).1, ParseFault::TooManyFilters);
}

#[test]
fn filters() {
    let grep = |form: &str| Grep::parse(form).expect(form);
    for (line, expected) in [
        ("px 4 @ 0x20 ~hell", vec![grep("hell")]),
        ("px 16 @ 0x20 ~hell ; ?e ok", vec![grep("hell")]),
        ("px 64~0x0[1]", vec![grep("0x0[1]")]),
        ("px 64~:1..3", vec![grep(":1..3")]),
        ("aflj~{}~?name", vec![grep("{}"), grep("?name")]),
        ("?e ~", vec![]),
        ("px~a @ 4", vec![grep("a @ 4")]),
        ("px~a\\~b\\;c #d", vec![grep("a\\~b\\;c")]),
        ("px 32~0x|wc -l", vec![grep("0x")]),
        ("!!echo a b c~[1]", vec![grep("[1]")]),
    ] {
        assert_eq!(script(line).statements[0].grep, expected, "{line}");
    }
    assert_eq!(fault("px~a[x]").0, 5);
    assert_eq!(fault("px~`s`"), (4, ParseFault::Unexpected('`')));
}

#[test]
fn sinks() {
    let file = |path: &str, append| Sink::File { path: text(path), append };
    for (line, expected) in [
        ("px 32|head -n1", Sink::Pipe(text("head -n1"))),
        ("px | cat > f ~x @ 2", Sink::Pipe(text("cat > f ~x @ 2"))),
        ("px | sh -c 'a;b'", Sink::Pipe(text("sh -c 'a;b'"))),
        ("px |", Sink::Plain),
        ("px |.", Sink::Interpret),
        ("px > f", file("f", false)),
        ("?e a>>f", file("f", true)),
        ("px > my file @ 4", file("my file @ 4", false)),
        ("px > ~/f # x", file("~/f", false)),
        ("px > $foo", Sink::Alias { name: "foo".into(), append: false }),
        ("px >> $foo", Sink::Alias { name: "foo".into(), append: true }),
        ("> f", file("f", false)),
    ] {
        assert_eq!(one(line).sink, Some(expected), "{line}");
    }
    assert_eq!(script("?e a|cat;?e b").statements.len(), 2);
    assert_eq!(fault("px >"), (5, ParseFault::Expected("a file to write to")));
}

#[test]
fn substitutions() {
    for line in ["?e a`?v 1;s`b", "?e a$(?v 1;s)b", "?e a$(?v 1 ; s )b"] {
        let Body::Command(text) = one(line).body else { panic!("{line}") };
        let [Piece::Literal(before), Piece::Substitute(inner), Piece::Literal(after)] =
            text.pieces.as_slice()
        else {
            panic!("{line}: {text:?}")
        };
        assert_eq!((before.as_str(), after.as_str()), ("?e a", "b"));
        let bodies: Vec<Body> = inner.statements.iter().map(|inner| inner.body.clone()).collect();
        assert_eq!(bodies, [command("?v 1"), command("s")]);
    }
    let seen = |line: &str| match one(line).body {
        Body::Command(text) => text.resolve(|inner| {
            let inner: Vec<String> =
                inner.statements.iter().map(|inner| format!("{:?}", inner.body)).collect();
            Ok::<_, ()>(format!("<{}>", inner.len()))
        }),
        _ => Err(()),
    };
    assert_eq!(seen("px `?v 16`"), Ok("px <1>".into()));
    assert_eq!(seen("?e \"x `?v 1` $(s)\""), Ok("?e \"x <1> <1>\"".into()));
    assert_eq!(seen("?e '`?v 1`'"), Ok("?e '`?v 1`'".into()));
    assert_eq!(seen("?e $(?v (1+2)*3) z"), Ok("?e <1> z".into()));
    assert_eq!(seen("?e $(?v $(?v 3;s);s)"), Ok("?e <2>".into()));
    assert_eq!(seen("?e $(?e a # b)"), Ok("?e <1>".into()));
    assert_eq!(seen("?e $('?e a;b) c"), Ok("?e <1> c".into()));
    assert_eq!(seen("?e `` $()"), Ok("?e <0> <0>".into()));
    assert_eq!(seen("'?e `s`"), Ok("?e `s`".into()));
    assert_eq!(seen("\"?e `s`\""), Ok("?e `s`".into()));
    assert!(matches!(&one("px @ `s`").temps[0], Temp::At(address) if address.as_literal().is_none()));
    assert_eq!(fault("?e `s"), (4, ParseFault::Unclosed('`')));
    assert_eq!(fault("?e $(s"), (4, ParseFault::Unclosed('(')));
}

#[test]
fn shells_and_interpretation() {
    for (line, expected) in [
        ("!ls -l | wc > f @ x ~y", Body::Shell(text("ls -l | wc > f @ x ~y"))),
        ("!!echo hi", Body::ShellCapture(text("echo hi"))),
        ("!!(cd /; ls) 2>&1 # x", Body::ShellCapture(text("(cd /; ls) 2>&1 # x"))),
        ("!!echo $(uname)", Body::ShellCapture(text("echo $(uname)"))),
        ("!!find -exec ls {} \\;", Body::ShellCapture(text("find -exec ls {} \\;"))),
        ("\"!a;b\"", Body::Shell(text("a;b"))),
        (". my file", Body::Interpret(Interpret::File(text("my file")))),
        (".!echo ?e hi", Body::Interpret(Interpret::Shell(text("echo ?e hi")))),
        (".f*", Body::Interpret(Interpret::Output(Box::new(command("f*"))))),
        (".?e ?e x", Body::Interpret(Interpret::Output(Box::new(command("?e ?e x"))))),
        (".=0 f*", Body::Interpret(Interpret::Output(Box::new(command("=0 f*"))))),
        (".(foo 1 2)", Body::Macro(Macro::Call { name: "foo".into(), arguments: text("1 2") })),
    ] {
        assert_eq!(one(line).body, expected, "{line}");
    }
    assert_eq!(script("!!echo a;?e b").statements.len(), 2);
}

#[test]
fn macros() {
    let define = |name: &str, parameters: &[&str], source: &str, call: Option<&str>| {
        Body::Macro(Macro::Define {
            name: name.into(),
            parameters: parameters.iter().map(|parameter| (*parameter).into()).collect(),
            source: source.into(),
            call: call.map(text),
        })
    };
    for (line, expected) in [
        ("(foo;?e a;?e b)", define("foo", &[], "?e a;?e b", None)),
        ("(foo x y; p8 $0 @ $1)", define("foo", &["x", "y"], "p8 $0 @ $1", None)),
        ("(foo x;?e (a;b) \")\")(1 2)", define("foo", &["x"], "?e (a;b) \")\"", Some("1 2"))),
        ("(foo;s)()", define("foo", &[], "s", Some(""))),
        ("\"(foo;?e a;?e b)\"", define("foo", &[], "?e a;?e b", None)),
        ("(-foo)", Body::Macro(Macro::Remove("foo".into()))),
        ("(-*", Body::Macro(Macro::Remove("*".into()))),
        ("(*", Body::Macro(Macro::List)),
        ("(*)", Body::Macro(Macro::List)),
    ] {
        assert_eq!(one(line).body, expected, "{line}");
    }
    assert_eq!(script("(foo;?e a);.(foo)").statements.len(), 2);
    assert_eq!(one(".(foo)~b").grep.len(), 1);
    assert_eq!(fault("(foo;s"), (1, ParseFault::Unclosed('(')));
    assert_eq!(fault("(foo)"), (5, ParseFault::Expected("; and the commands of the macro")));
    assert_eq!(fault(".(foo"), (2, ParseFault::Unclosed('(')));
}

#[test]
fn aliases() {
    for (line, expected) in [
        ("$", Alias::Names),
        ("$*", Alias::List),
        ("$foo=?e hi", Alias::Command { name: "foo".into(), command: text("?e hi") }),
        ("\"$foo=?e a;?e b\"", Alias::Command { name: "foo".into(), command: text("?e a;?e b") }),
        ("$foo=$some text", Alias::Text { name: "foo".into(), text: text("some text") }),
        ("$foo=base64:QUJD", Alias::Data { name: "foo".into(), base64: text("QUJD") }),
        ("$foo=", Alias::Remove("foo".into())),
        ("$-foo", Alias::Remove("foo".into())),
        ("$foo?", Alias::Show("foo".into())),
        ("$foo", Alias::Run { name: "foo".into(), arguments: text("") }),
        ("$foo there", Alias::Run { name: "foo".into(), arguments: text(" there") }),
    ] {
        assert_eq!(one(line).body, Body::Alias(expected), "{line}");
    }
}

#[test]
fn conditions() {
    for (line, when) in [
        ("?? ?e x", When::NonZero),
        ("??px 4", When::NonZero),
        ("?! ?e x", When::Zero),
        ("?+ ?e x", When::Positive),
        ("?- ?e x", When::Negative),
    ] {
        let Body::Condition(Condition { when: found, .. }) = one(line).body else { panic!("{line}") };
        assert_eq!(found, when, "{line}");
    }
    let Body::Condition(Condition { then, .. }) = one("?? 2px 4 @ 8 ~a > f").body else {
        panic!("a condition")
    };
    assert_eq!((then.repeat, then.temps.len(), then.grep.len(), then.sink.is_some()), (Some(2), 1, 1, true));
    assert!(When::Negative.holds(u64::MAX) && !When::Positive.holds(u64::MAX) && !When::Positive.holds(0));
}

#[test]
fn faults_say_where() {
    for (line, expected) in [
        ("?e \"a", (4, ParseFault::Unclosed('"'))),
        ("s;\"?e a", (3, ParseFault::Unclosed('"'))),
        ("?e 'a", (4, ParseFault::Unclosed('\''))),
        ("\"p8 4\" p8", (8, ParseFault::Unexpected('p'))),
        ("?e é;?e \"a", (9, ParseFault::Unclosed('"'))),
    ] {
        assert_eq!(fault(line), expected, "{line}");
    }
    assert_eq!(
        parse("?e \"a", &Dialect::default()).expect_err("unclosed").to_string(),
        "column 4: \" is never closed; put \\ before it if it stands for itself"
    );
}

#[test]
fn nesting_is_bounded() {
    for deep in ["$(", "`?e $(", "?? ", ".a", "."] {
        let line = format!("?e {}", deep.repeat(10_000));
        let _ = parse(&line, &Dialect::default());
        let _ = parse(&deep.repeat(10_000), &Dialect::default());
    }
    assert_eq!(fault(&format!("s {}", "$(s ".repeat(MAX_DEPTH + 1))).1, ParseFault::TooDeep);
}

/// All spans of a script, those in substitutions too.
fn check_spans(script: &Script, length: usize) {
    for statement in &script.statements {
        assert!(statement.span.start <= statement.span.end && statement.span.end <= length);
        if let Body::Command(Text { pieces }) | Body::Shell(Text { pieces }) = &statement.body {
            for piece in pieces {
                if let Piece::Substitute(inner) = piece {
                    check_spans(inner, length);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_parses_or_fails_inside(
        line in "\\PC{0,40}|[-a-c0-3JF& ;@~|>#`$()'\"\\\\{}.!?=:*\\[\\]\n]{0,40}"
    ) {
        match parse(&line, &dialect()) {
            Ok(script) => check_spans(&script, line.len()),
            Err(error) => {
                prop_assert!(error.position <= line.len());
                prop_assert!(error.column <= line.chars().count() + 1);
            }
        }
    }

    #[test]
    fn links_and_redirections_stand_wherever_they_are_put(
        commands in proptest::collection::vec("[a-c]{1,3}( [0-9d-f]{1,3})?", 1..6),
        gap in " {0,2}",
        redirect in "|( 2> e)|( > o 2>> e)|( 2>&1)",
    ) {
        for (mark, link) in [(";", Link::Always), ("&&", Link::And), ("||", Link::Or)] {
            let line = commands.join(&format!("{redirect}{gap}{mark}{gap}")) + &redirect;
            let parsed = script(&line).statements;
            prop_assert_eq!(parsed.len(), commands.len(), "{}", line);
            for (at, (statement, wanted)) in parsed.iter().zip(&commands).enumerate() {
                prop_assert_eq!(&statement.body, &command(wanted), "{}", line);
                prop_assert_eq!(statement.link, if at == 0 { Link::Always } else { link });
                prop_assert_eq!(statement.errors.is_some(), !redirect.is_empty());
            }
        }
    }

    #[test]
    fn a_quoted_command_is_taken_whole(line in "[a-c ;@~|>#`$()\\[\\]]{0,30}") {
        let quoted = format!("x{line}");
        prop_assert_eq!(one(&format!("'{quoted}")).body, command(quoted.trim_end()));
        prop_assert_eq!(one(&format!("\"{quoted}\"")).body, command(quoted.trim_end()));
    }
}

#[test]
fn statements_are_chained_by_how_they_went() {
    let links = |line: &str| -> Vec<(Link, String)> {
        let statements = script(line).statements.into_iter();
        statements
            .map(|statement| match statement.body {
                Body::Command(text) => (statement.link, text.as_literal().unwrap().to_owned()),
                body => (statement.link, format!("{body:?}").split('(').next().unwrap().to_owned()),
            })
            .collect()
    };
    let (always, and, or) = (Link::Always, Link::And, Link::Or);
    for (line, wanted) in [
        ("a && b || c;d", &[(always, "a"), (and, "b"), (or, "c"), (always, "d")][..]),
        ("a&&b||c", &[(always, "a"), (and, "b"), (or, "c")]),
        ("x 4 @ 8 && s~0x && b", &[(always, "x 4"), (and, "s"), (and, "b")]),
        ("\"a&&b\" && \"c||d\"", &[(always, "a&&b"), (and, "c||d")]),
        ("?e \"a && b\" && c", &[(always, "?e \"a && b\""), (and, "c")]),
        ("?e a \\&& b", &[(always, "?e a && b")]),
        ("'a && b || c", &[(always, "a && b || c")]),
        ("!a && b || c; d", &[(always, "Shell"), (always, "d")]),
        ("x | grep a && b; d", &[(always, "x"), (always, "d")]),
        ("a > f && b", &[(always, "a"), (and, "b")]),
        ("a|J && b", &[(always, "a"), (and, "b")]),
        ("?? a && b", &[(always, "Condition"), (and, "b")]),
        ("\"a\"\"b\"", &[(always, "a"), (always, "b")]),
        ("\"a\" \"b\"~x\"c\"", &[(always, "a"), (always, "b")]),
    ] {
        let wanted: Vec<_> = wanted.iter().map(|(link, text)| (*link, (*text).to_owned())).collect();
        assert_eq!(links(line), wanted, "{line}");
    }
    for line in ["&& a", "a &&", "a && ; b", "|| a", "a || || b", "a && # b", "`a &&`", "?e $(a ||)"] {
        assert!(matches!(fault(line).1, ParseFault::Expected(_)), "{line}: {:?}", fault(line));
    }
}

#[test]
fn reports_have_a_place_of_their_own() {
    let file = |path: &str, append| Some(Errors::File { path: text(path), append });
    let sink = |path: &str, append| Some(Sink::File { path: text(path), append });
    for (line, to, errors) in [
        ("x 16 > out 2> err", sink("out", false), file("err", false)),
        ("x 16 2> err > out", sink("out", false), file("err", false)),
        ("x 16 >> out 2>> err", sink("out", true), file("err", true)),
        ("x 16 2>err", None, file("err", false)),
        ("x 16 2>&1", None, Some(Errors::Output)),
        ("x 16 > my file 2>&1", sink("my file", false), Some(Errors::Output)),
        ("x 16 @ 4 2> err", None, file("err", false)),
        ("x 16~a 2> err", None, file("err", false)),
        ("\"x 16\" 2> err", None, file("err", false)),
        ("2> err", None, file("err", false)),
        ("x 16 > \"a 2> b\"", sink("\"a 2> b\"", false), None),
        ("x 12> f", sink("f", false), None),
        ("x 2 > f", sink("f", false), None),
    ] {
        let statement = one(line);
        assert_eq!((statement.sink, statement.errors), (to, errors), "{line}");
    }
    assert_eq!(one("x 16 2> err").body, command("x 16"));
    assert_eq!(one("x 16~a 2> err").grep, [Grep::parse("a").unwrap()]);
    for line in ["x 2>", "x > 2> f", "x 2>> "] {
        assert!(matches!(fault(line).1, ParseFault::Expected(_)), "{line}");
    }
}

#[test]
fn forms_macros_without_names_and_languages() {
    let form = one("?e a|J~{}").form.unwrap();
    assert_eq!((form.kind, form.grep.len()), (FormKind::Json, 1));
    assert_eq!(one("?e a~b|E > f").form.unwrap().kind, FormKind::Encode);
    assert_eq!(one("?e a|D").form.unwrap().kind, FormKind::Decode);
    for line in ["?e a| J", "?e a|Jq", "?e a|JSON x"] {
        assert!(matches!(one(line).sink, Some(Sink::Pipe(_))), "{line}");
    }
    assert!(matches!(fault("?e a|H").1, ParseFault::NoForm(_)));
    let run = Macro::Run { source: "?e in;s 8".to_owned(), arguments: text("x y") };
    assert_eq!(one("(;?e in;s 8)(x y)").body, Body::Macro(run));
    assert!(matches!(fault("(;a;b)").1, ParseFault::Expected(_)));
    assert_eq!(one("#!python a.py x").body, Body::Language(text("python a.py x")));
    assert_eq!(one("#!").body, Body::Language(text("")));
    assert_eq!(one("x @@F").each, Some(Each::Functions(text(""))));
    assert_eq!(one("x @@F:m*").each, Some(Each::Functions(text("m*"))));
}
