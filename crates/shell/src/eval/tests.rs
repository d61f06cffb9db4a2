//! The evaluator against sessions in memory: grammar nodes, effects, and peers' text.

use farad_io::{Ctx, Effects, Schemes};

use crate::cmd;
use crate::error::Result;
use crate::eval::Env;
use crate::out::Capture;
use crate::parse::base64_digits;
use crate::registry::{Args, Glue, Group, Registry, Row};
use crate::session::Session;
use crate::view::View;

/// Prints its arguments.
fn say(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    Ok(writeln!(env.out, "{}", args.text)?)
}

/// Prints its arguments as a peer's.
fn peer_says(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    env.out.mark_peer("host 0");
    Ok(writeln!(env.out, "{}", args.text)?)
}

/// Prints the address and what the seek's first byte is.
fn place(env: &mut Env<'_>, _: &Args<'_>) -> Result<()> {
    let mut byte = [0];
    env.read(env.view.seek, &mut byte)?;
    Ok(writeln!(env.out, "{:#x} {} {:02x}", env.view.seek, env.view.block, byte[0])?)
}

/// Sets a note.
fn note(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = env.view.seek;
    env.session.flags.set(crate::flag::Flag::new(args.text, addr, 1));
    Ok(())
}

static ROWS: &[Row] = &[
    Row::new("say", "Print", say),
    Row::new("psay", "Print as a peer", peer_says),
    Row::new("place", "Print the place", place),
    Row::new("note", "Set a note", note).effects(Effects::ANNOTATE),
    Row::new("n", "Set a note", note).effects(Effects::ANNOTATE).glue(Glue::Number),
];

struct Lab {
    session: Session,
    view: View,
    ctx: Ctx,
}

impl Lab {
    fn new() -> Lab {
        let registry = Registry::new(cmd::groups().into_iter().chain([Group {
            prefix: "t",
            brief: "test",
            rows: ROWS,
        }]));
        let mut session = Session::new(Schemes::new().with(farad_io::local()), registry);
        let ctx = Ctx::owner();
        let fd = session.io.open("malloc://256", &farad_io::OpenOptions::default(), &ctx).unwrap();
        session.io.maps.add(fd, 0, 256, 0, farad_io::Perm::RWX).unwrap();
        Lab { session, view: View::default(), ctx }
    }

    /// Runs a line; gives what it printed and what it reported.
    fn run(&mut self, line: &str) -> (String, Vec<String>) {
        let mut out = Capture::new();
        crate::run_line(
            &mut Env { session: &mut self.session, view: &mut self.view, ctx: &self.ctx, out: &mut out },
            line,
        );
        (out.text(), out.reports)
    }

    fn says(&mut self, line: &str) -> String {
        self.run(line).0
    }
}

#[test]
fn places_are_temporary() {
    let mut lab = Lab::new();
    assert_eq!(lab.says("place @ 0x10!8;place"), "0x10 8 00\n0x0 256 00\n");
    assert_eq!(lab.says("place @x:4142;place"), "0x0 2 41\n0x0 256 00\n");
    assert_eq!(lab.says("place @@=1 2 3"), "0x1 256 00\n0x2 256 00\n0x3 256 00\n");
    assert_eq!(lab.says("place @@s:0 8 4"), "0x0 256 00\n0x4 256 00\n0x8 256 00\n");
    assert_eq!(lab.says("note foo @ 7;note fob @ 9;place @@ fo*"), "0x7 256 00\n0x9 256 00\n");
    assert_eq!(lab.says("2 place @ +1"), "0x1 256 00\n0x1 256 00\n");
}

#[test]
fn output_is_filtered_and_diverted() {
    let mut lab = Lab::new();
    assert_eq!(lab.says("say a b~[1]"), "b\n");
    assert_eq!(lab.says("say a|tr a z"), "z\n");
    assert_eq!(lab.says("say one > $x;$x;say two >> $x;$x"), "one\none\ntwo\n");
    assert_eq!(lab.says("say `say deep`"), "deep\n");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out");
    assert_eq!(lab.says(&format!("say x > {0};say y >> {0}", file.display())), "");
    assert_eq!(std::fs::read_to_string(file).unwrap(), "x\ny\n");
}

#[test]
fn what_was_printed_before_a_failure_arrives() {
    let mut lab = Lab::new();
    assert_eq!(lab.says("say x @ nowhere~?"), "0\n");
    assert_eq!(lab.says("say x @@=1 nowhere~?"), "0\n");
}

#[test]
fn commands_are_stored_and_interpreted() {
    let mut lab = Lab::new();
    assert_eq!(lab.says("(twice a;say $0;say $0);.(twice 7)"), "7\n7\n");
    assert_eq!(lab.says("$hi=say hi;$hi"), "hi\n");
    assert_eq!(lab.says(".say say made"), "made\n");
    assert_eq!(lab.says(".!echo say shell"), "shell\n");
}

#[test]
fn a_failure_is_reported_and_the_rest_runs() {
    let mut lab = Lab::new();
    let (text, reports) = lab.run("sayy x;say y");
    assert_eq!(text, "y\n");
    assert!(reports[0].contains("'sayy'") && reports[0].contains("say?"), "{reports:?}");
    assert_eq!(lab.view.failures, 1);
    assert_eq!(lab.run("say ok").0, "ok\n");
    assert_eq!(lab.view.failures, 0);
}

#[test]
fn endless_nesting_ends() {
    let mut lab = Lab::new();
    let (_, reports) = lab.run("(loop;.(loop));.(loop)");
    assert!(reports.iter().any(|report| report.contains("nesting")), "{reports:?}");
    assert_eq!(lab.says("say alive"), "alive\n");
}

#[test]
fn peers_text_leaves_notes_and_nothing_else() {
    let mut lab = Lab::new();
    let mark = tempfile::tempdir().unwrap();
    let file = mark.path().join("made");
    // Whatever way the peer's words come to be interpreted.
    for form in [
        "\"psay {}\" |.",
        "`\"psay {}\"`",
        "\"psay {}\" > $a;.$a",
        "\"psay {}\" > $a;`$a`",
        "\"psay {}\" > $a;.$a?",
        "\"psay {}\" > $a;say >> $a;.$a",
        "$a=`\"psay {}\"`;$a",
        "$a=say `\"psay {}\"`;.$a",
        ".say `\"psay {}\"`",
        "say `\"psay {}\"` |.",
        "say `\"psay {}\"` > $a;.$a",
        "`say `  `\"psay {}\"`",
        "place @@c:`\"psay {}\"`",
        "place @@@c:`\"psay {}\"`",
        "place @c:`\"psay {}\"`",
        "(m a;$0);.(m `\"psay {}\"`)",
        "(m a b;$1);.(m 1 `\"psay {}\"`)",
        "$a=say;$a x `\"psay ;{}\"`",
    ] {
        for attack in [
            "!touch FILE",
            "say x > FILE",
            "say x | tee FILE",
            "$x=!touch FILE",
            "(m;!touch FILE)()",
            "place",
        ] {
            let line = form.replace("{}", &attack.replace("FILE", &file.display().to_string()));
            let (text, reports) = lab.run(&line);
            assert!(!file.exists(), "{line}");
            assert!(!reports.is_empty(), "{line}: {text}");
        }
    }
    // What a peer's commands print, and what a peer's words name, is a peer's too.
    for line in [
        format!("\"psay say !touch {}\" > $a;.$a |.", file.display()),
        format!("$a=base64:`psay {}`;.$a", base64_digits(format!("!touch {}", file.display()).as_bytes())),
        format!("\"psay ;!touch {}\" > $a;.$*", file.display()),
    ] {
        let (_, reports) = lab.run(&line);
        assert!(!file.exists() && reports.iter().any(|report| report.contains("host 0")), "{line}");
    }
    // Nor does it choose what the user's command runs, or opens, or what an alias is.
    lab.run("wx 00;$mine=say mine");
    for line in [
        "?t `\"psay wx 41\"`",
        "?t @@== `psay s`",
        "(m a b;say $1);.(m 1 `\"psay 1;wx 41\"`)",
        "e hex.cols=`\"psay 8,rap.reverse=true\"`",
        "\"psay $mine=base64:eA==\" |.",
        "\"psay $-mine\" |.",
        "\"psay say > $mine\" |.",
    ] {
        let (_, reports) = lab.run(line);
        assert!(reports.iter().any(|report| report.contains("host 0")), "{line}: {reports:?}");
    }
    assert_eq!(lab.says("p8 1;$mine;e rap.reverse"), "00\nmine\nfalse\n");
    let (text, reports) = lab.run(".psay place");
    assert_eq!(text, "");
    assert!(
        reports.iter().any(|report| report.contains("place") && report.contains("host 0")),
        "{reports:?}"
    );
    lab.run(".psay note from_a_peer");
    assert!(lab.session.flags.find("from_a_peer").is_some());
    // As an argument it is data, even where a program would take it.
    assert_eq!(lab.says("say `psay 16`"), "16\n");
    let (_, reports) = lab.run("!echo `psay x`");
    assert!(reports.iter().any(|report| report.contains("refused")), "{reports:?}");
}

#[test]
fn a_script_of_what_a_peer_named_runs_nothing_else() {
    let mut lab = Lab::new();
    let mark = tempfile::tempdir().unwrap();
    let file = mark.path().join("made");
    lab.run("f mine");
    for attack in
        ["omn. a;!touch FILE", "omn. a`!touch FILE`", "fc mine=red;!touch FILE", "fC mine x;!touch FILE"]
    {
        let line = format!("\"psay '{}\" |.", attack.replace("FILE", &file.display().to_string()));
        assert_eq!(lab.run(&line).1, Vec::<String>::new(), "{line}");
        lab.run(".om*;.fc*;.f*;.fs*");
        assert!(!file.exists(), "{line}");
    }
}

#[test]
fn what_a_guest_left_does_no_more_for_the_owner() {
    let (mut lab, owner) = (Lab::new(), Ctx::owner());
    let allow = Effects::all().difference(Effects::SHELL | Effects::FILES | Effects::POLICY);
    let guest = owner.for_principal(farad_io::Principal { name: "guest".into(), allow });
    lab.run("$own=!true;(own;!true)");
    lab.ctx = guest.clone();
    lab.run("s 4;place");
    assert_eq!(lab.session.left, None, "who reads leaves nothing");
    lab.run("$left=!true;(left;!true);CC hello");
    for line in ["$own=say", "$-own", "(own;say)", "(-own)", "$-*", "(-*)", "say x > $own", "er hex.cols"] {
        assert!(!lab.run(line).1.is_empty(), "{line}");
    }
    lab.ctx = owner;
    for line in [
        "$left",
        ".(left)",
        "!true `CC.`",
        "say x > `CC.`",
        "e cmd.bp=`CC.`",
        "$a=`CC.`;!true `$a`",
        "CC. > $b;.$b",
        ".CC.",
    ] {
        assert!(!lab.run(line).1.is_empty(), "{line}");
    }
    for line in ["$own", ".(own)", "!true", "!true `?v 1`", "!true `s`", ".CC*", ".$*", ".f*"] {
        assert_eq!(lab.run(line).1, Vec::<String>::new(), "{line}");
    }
    assert_eq!(lab.run("$own").1, Vec::<String>::new(), "replayed, it has kept its rights");
}

#[test]
fn what_a_principal_may_not_do_is_refused_at_every_depth() {
    let mut lab = Lab::new();
    let restricted =
        lab.ctx.for_principal(farad_io::Principal { name: "guest".into(), allow: Effects::READ });
    lab.ctx = restricted;
    for line in [
        "!id",
        "say `!id`",
        "say x | cat",
        "say x > /nonexistent/f",
        ".say say x",
        "(m;say x)",
        "note x",
        "3 say `say x | cat`",
    ] {
        let (_, reports) = lab.run(line);
        assert!(reports.iter().any(|report| report.contains("guest")), "{line}: {reports:?}");
    }
    assert_eq!(lab.says("say ok"), "ok\n");
}

#[test]
fn cancelled_work_ends_the_line() {
    let mut lab = Lab::new();
    lab.ctx.cancel.raise();
    let (text, reports) = lab.run("say x;say y");
    assert_eq!(text, "");
    assert_eq!(reports, ["ERROR: interrupted"]);
    lab.ctx.cancel.reset();
    assert_eq!(lab.says("say x"), "x\n");
}
