//! Variables, signatures and calling conventions of functions: `afv`, `afs`, `afc`.

use farad_analysis::{Function, Storage, Variable};
use farad_arch::Convention;
use farad_io::Effects;
use serde_json::{Value, json};

use super::{function_of, shown};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::flag::Flags;
use crate::registry::{Args, Group, Kind, Mode, Param, Row, maybe, need};
use crate::render::printable;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "afv", brief: "variables of functions", rows: ROWS };

const NAME: &[Param] = &[maybe("name", Kind::Word)];
const NOTES: Effects = Effects::ANNOTATE.union(Effects::READ);

static ROWS: &[Row] = &[
    Row::new("afv", "Variables and arguments of the function here", print)
        .modes(&[Mode::Json])
        .examples(&["wx 4889fbc3; af; afv", "wx 4889fbc3; af; afvj"]),
    Row::new("afvr", "Those in registers", print).modes(&[Mode::Json]),
    Row::new("afvs", "Those that are reached by the stack pointer", print).modes(&[Mode::Json]),
    Row::new("afvb", "Those that are reached by the frame", print).modes(&[Mode::Json]),
    Row::new("afv=", "Variables with the instructions that read and write them", print_uses)
        .examples(&["wx 4889fbc3; af; afv="]),
    Row::new("afvR", "Where variables are read", print_places).params(NAME),
    Row::new("afvW", "Where variables are written", print_places).params(NAME),
    Row::new("afvn", "Give a variable another name", rename)
        .params(&[need("new", Kind::Word), need("old", Kind::Word)])
        .effects(NOTES)
        .examples(&["wx 4889fbc3; af; afvn count arg1; afv"]),
    Row::new("afvt", "Give a variable a type", retype)
        .params(&[need("name", Kind::Word), need("type", Kind::Text)])
        .effects(NOTES)
        .examples(&["wx 4889fbc3; af; afvt arg1 int; afv"]),
    Row::new("afv-", "Forget a variable, or all by *", forget)
        .params(&[need("name", Kind::Word)])
        .effects(NOTES)
        .examples(&["wx 4889fbc3; af; afv- *; afv"]),
    Row::new("afs", "The signature of the function here", print_signature)
        .modes(&[Mode::Json])
        .examples(&["wx 4889fbc3; af; afs", "wx 4889fbc3; af; afsj"]),
    Row::new("afc", "Print or set the calling convention of the function here", convention)
        .params(&[maybe("convention", Kind::Word)])
        .effects(NOTES)
        .examples(&["wx c3; af; afc"]),
    Row::new("afcl", "The calling conventions there are", print_conventions).examples(&["afcl"]),
];

/// The variables that a command's last letter chooses.
fn chosen(args: &Args<'_>, function: &Function) -> Vec<Variable> {
    let fits = |variable: &&Variable| match (args.row.name, &variable.storage) {
        ("afvr", Storage::Register(_)) => true,
        ("afvs", Storage::Stack { is_frame, .. }) => !is_frame,
        ("afvb", Storage::Stack { is_frame, .. }) => *is_frame,
        (name, _) => !matches!(name, "afvr" | "afvs" | "afvb"),
    };
    function.variables.iter().filter(fits).cloned().collect()
}

fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let function = function_of(env, "")?.clone();
    let variables = chosen(args, &function);
    if args.is_json() {
        let of = |kind: &str| -> Vec<Value> {
            variables.iter().filter(|variable| letters(variable) == kind).map(object).collect()
        };
        let all = json!({ "reg": of("reg"), "sp": of("sp"), "bp": of("bp") });
        return Ok(writeln!(env.out, "{}", crate::render::json_text(&all))?);
    }
    for variable in &variables {
        writeln!(env.out, "{}", crate::cmd::disasm::described(variable))?;
    }
    Ok(())
}

fn letters(variable: &Variable) -> &'static str {
    match &variable.storage {
        Storage::Register(_) => "reg",
        Storage::Stack { is_frame: true, .. } => "bp",
        Storage::Stack { .. } => "sp",
    }
}

fn object(variable: &Variable) -> Value {
    let kind = match (&variable.storage, variable.is_argument) {
        (Storage::Register(_), _) => "reg",
        (_, true) => "arg",
        (_, false) => "var",
    };
    let reference = match &variable.storage {
        Storage::Register(register) => Value::from(register.clone()),
        Storage::Stack { base, displacement, .. } => json!({ "base": base, "offset": displacement }),
    };
    json!({ "name": variable.name, "kind": kind, "type": variable.type_name, "ref": reference })
}

fn print_uses(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let function = function_of(env, "")?.clone();
    let decoder = crate::cmd::decoder(env)?;
    for variable in &function.variables {
        writeln!(env.out, "* {}", printable(&variable.name))?;
        for (addr, used) in &variable.uses {
            env.ctx.check()?;
            let mut bytes = vec![0; decoder.max_size()];
            env.read_filled(*addr, &mut bytes)?;
            let text = decoder.decode(&bytes, *addr).map(|found| found.text()).unwrap_or_default();
            let ways = [(used.reads, 'R'), (used.writes, 'W')];
            for (_, letter) in ways.iter().filter(|way| way.0) {
                writeln!(env.out, "{letter} {addr:#x}  {text}")?;
            }
        }
    }
    Ok(())
}

fn print_places(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let writes = args.row.name == "afvW";
    let function = function_of(env, "")?.clone();
    let wanted = function.variables.iter().filter(|known| args.is_empty() || known.name == args.text);
    for variable in wanted {
        let places = variable.uses.iter().filter(|(_, used)| if writes { used.writes } else { used.reads });
        let places: Vec<String> = places.map(|(addr, _)| format!("{addr:#x}")).collect();
        let line = format!("{:>10}  {}", printable(&variable.name), places.join(","));
        writeln!(env.out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Changes a variable of the function here.
fn change(env: &mut Env<'_>, name: &str, change: impl FnOnce(&mut Variable)) -> Result<()> {
    let addr = function_of(env, "")?.addr;
    let changed = env.session.analysis.change(addr, |function| {
        let found = function.variables.iter_mut().find(|variable| variable.name == name);
        found.map(change).is_some()
    });
    match changed {
        Some(true) => Ok(()),
        _ => Err(missing(name)),
    }
}

fn missing(name: &str) -> Error {
    Error::failed(format!("the function has no variable '{}' (afv lists them)", printable(name)))
}

fn rename(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let [new, old] = words.as_slice() else { return Err(args.wrong("a new and an old name are needed")) };
    if !Flags::is_name(new) {
        return Err(Error::failed(format!("'{}' cannot be a name", printable(new))));
    }
    if function_of(env, "")?.variables.iter().any(|variable| variable.name == *new) {
        return Err(Error::failed(format!("the function has a variable '{}' already", printable(new))));
    }
    change(env, old, |variable| variable.name.clone_from(new))
}

fn retype(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (name, type_name) = args.split_first();
    if type_name.is_empty() {
        return Err(args.wrong("the type is missing"));
    }
    let type_name = printable(type_name);
    change(env, name, |variable| variable.type_name = type_name)
}

fn forget(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let name = args.required("the name, or *")?;
    let addr = function_of(env, "")?.addr;
    let gone = env.session.analysis.change(addr, |function| {
        let before = function.variables.len();
        function.variables.retain(|variable| name != "*" && variable.name != name);
        before - function.variables.len()
    });
    if gone == Some(0) && name != "*" { Err(missing(name)) } else { Ok(()) }
}

/// The convention of a function: its own, the one that is set for all, or the architecture's.
fn convention_of(env: &Env<'_>, function: &Function) -> String {
    let set = function.convention.clone().filter(|name| !name.is_empty());
    let usual = crate::analysis::convention(env).map(|convention| convention.name.to_owned());
    set.or(usual).unwrap_or_default()
}

fn print_signature(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let function = function_of(env, "")?.clone();
    let arguments: Vec<&Variable> =
        function.variables.iter().filter(|variable| variable.is_argument).collect();
    if args.is_json() {
        let place = |variable: &Variable| match &variable.storage {
            Storage::Register(register) => register.clone(),
            Storage::Stack { base, displacement, .. } => format!("{base}{displacement:+#x}"),
        };
        let rows = arguments.iter().map(
            |variable| json!({ "name": variable.name, "type": variable.type_name, "cc": place(variable) }),
        );
        let all = json!({
            "name": function.name,
            "noreturn": function.is_noreturn,
            "ret": "void",
            "cc": convention_of(env, &function),
            "argc": arguments.len(),
            "args": rows.collect::<Vec<Value>>(),
        });
        return Ok(writeln!(env.out, "{}", crate::render::json_text(&all))?);
    }
    let list: Vec<String> = arguments
        .iter()
        .map(|variable| format!("{} {}", variable.type_name, printable(&variable.name)))
        .collect();
    Ok(writeln!(env.out, "void {} ({});", shown(&function), list.join(", "))?)
}

fn convention(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let function = function_of(env, "")?.clone();
    if args.is_empty() {
        let name = convention_of(env, &function);
        return Ok(writeln!(env.out, "{name}")?);
    }
    let Some(found) = Convention::find(args.text) else {
        let name = printable(args.text);
        return Err(Error::failed(format!("no calling convention is called '{name}' (afcl lists them)")));
    };
    env.session.analysis.change(function.addr, |function| function.convention = Some(found.name.to_owned()));
    Ok(())
}

fn print_conventions(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    for convention in farad_arch::CONVENTIONS {
        writeln!(env.out, "{}", convention.name)?;
    }
    Ok(())
}
