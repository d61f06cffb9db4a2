//! The table of settings, by name.
//!
//! Size: one table, a row a setting, in the order that lists show them.

use farad_io::Effects;

use super::{Kind, Scope, Variable};

fn farad_arch_names() -> Vec<&'static str> {
    farad_arch::ARCHS.iter().map(|arch| arch.name).collect()
}

fn bit_widths() -> Vec<&'static str> {
    vec!["8", "16", "32", "64"]
}

fn syntaxes() -> Vec<&'static str> {
    vec!["att", "intel", "masm", "jz", "regnum"]
}

fn destinations() -> Vec<&'static str> {
    vec!["fun", "hit", "flag"]
}

fn fates() -> Vec<&'static str> {
    vec!["detach", "keep", "kill"]
}

fn ranges() -> Vec<&'static str> {
    vec![
        "range",
        "block",
        "io.map",
        "io.maps",
        "io.maps.r",
        "io.maps.rw",
        "io.maps.rx",
        "io.maps.x",
        "bin.section",
        "bin.sections",
        "bin.segments",
        "file",
        "raw",
        "dbg.map",
        "dbg.maps",
        "dbg.maps.r",
        "dbg.maps.rw",
        "dbg.maps.rx",
        "dbg.maps.x",
        "dbg.program",
        "dbg.stack",
        "dbg.heap",
    ]
}

const fn row(
    name: &'static str,
    kind: Kind,
    scope: Scope,
    default: &'static str,
    brief: &'static str,
) -> Variable {
    Variable { name, kind, scope, default, brief, needs: Effects::SETTINGS, fixed: None }
}

/// One whose value is run as commands later, by whoever is there then.
const fn runs(variable: Variable) -> Variable {
    Variable { needs: Effects::SETTINGS.union(Effects::OUTSIDE), ..variable }
}

/// One that says what programs are run with.
const fn debugs(variable: Variable) -> Variable {
    Variable { needs: Effects::SETTINGS.union(Effects::DEBUG), ..variable }
}

/// One that names files of this machine.
const fn files(variable: Variable) -> Variable {
    Variable { needs: Effects::SETTINGS.union(Effects::FILES), ..variable }
}

/// One that says who may do what.
const fn policy(variable: Variable) -> Variable {
    Variable { needs: Effects::SETTINGS.union(Effects::POLICY), ..variable }
}

/// One that has its first value and no other, and why.
const fn fixed(variable: Variable, why: &'static str) -> Variable {
    Variable { fixed: Some(why), ..variable }
}

/// Every setting, sorted by name.
pub static VARIABLES: &[Variable] = &[
    row("anal.bb.maxsize", Kind::Number, Scope::Session, "0x80000", "Most bytes of a basic block"),
    row("anal.cc", Kind::Text, Scope::Session, "", "Calling convention of functions that nobody set one for"),
    row("anal.depth", Kind::Number, Scope::Session, "64", "How many calls deep functions are looked for"),
    row(
        "anal.fcnprefix",
        Kind::Text,
        Scope::Session,
        "fcn",
        "What the names of nameless functions begin with",
    ),
    row("anal.vars", Kind::Bool, Scope::Session, "true", "Look for the arguments and variables of functions"),
    row("asm.addr", Kind::Bool, Scope::View, "true", "Show addresses in the disassembly"),
    row("asm.addr.relto", Kind::Text, Scope::View, "", "Show addresses relative to this: fun, flag, sect"),
    row("asm.addr.segment", Kind::Bool, Scope::View, "false", "Show addresses as segment and offset"),
    row(
        "asm.arch",
        Kind::Choice(farad_arch_names),
        Scope::View,
        "x86",
        "Architecture to decode instructions for",
    ),
    row("asm.bits", Kind::Choice(bit_widths), Scope::View, "64", "Register width in bits"),
    row("asm.bytes", Kind::Bool, Scope::View, "true", "Show the bytes of each instruction"),
    row("asm.bytes.right", Kind::Bool, Scope::View, "false", "Show the bytes behind the instruction"),
    row(
        "asm.bytes.space",
        Kind::Bool,
        Scope::View,
        "false",
        "Put a blank between the bytes of an instruction",
    ),
    row("asm.capitalize", Kind::Bool, Scope::View, "false", "Begin mnemonics with a capital letter"),
    row("asm.cmt.col", Kind::Number, Scope::View, "71", "Column of comments"),
    row(
        "asm.cmt.off",
        Kind::Text,
        Scope::View,
        "nodup",
        "Repeat the address that an instruction names in a comment: true, false, nodup",
    ),
    row(
        "asm.cmt.right",
        Kind::Bool,
        Scope::View,
        "true",
        "Show comments beside instructions, or else above them",
    ),
    row("asm.comments", Kind::Bool, Scope::View, "true", "Show comments in the disassembly"),
    row("asm.cpu", Kind::Text, Scope::View, "", "Kind of processor, within the architecture"),
    row("asm.cycles", Kind::Bool, Scope::View, "false", "Show about how many cycles each instruction takes"),
    row("asm.describe", Kind::Bool, Scope::View, "false", "Say beside each instruction what it does"),
    row("asm.emu", Kind::Bool, Scope::View, "false", "Say what instructions would do, by emulating them"),
    row("asm.esil", Kind::Bool, Scope::View, "false", "Show ESIL in place of instructions"),
    row("asm.family", Kind::Bool, Scope::View, "false", "Show the family of each instruction"),
    row("asm.flags", Kind::Bool, Scope::View, "true", "Show flags in the disassembly"),
    row("asm.flags.addr", Kind::Bool, Scope::View, "false", "Show the address before its flags"),
    row("asm.flags.inline", Kind::Bool, Scope::View, "false", "Show the flags of an address in one line"),
    row("asm.functions", Kind::Bool, Scope::View, "true", "Leave columns for the lines of functions"),
    row("asm.imm.trim", Kind::Bool, Scope::View, "false", "Leave numbers and names out of instructions"),
    row(
        "asm.indent",
        Kind::Bool,
        Scope::View,
        "false",
        "Move instructions right by the jump lines that pass them",
    ),
    row("asm.instr", Kind::Bool, Scope::View, "true", "Show the instruction itself"),
    row("asm.lbytes", Kind::Bool, Scope::View, "true", "Align the bytes of instructions at the left"),
    row("asm.lines", Kind::Bool, Scope::View, "true", "Draw jumps as lines beside the disassembly"),
    row("asm.lines.bb", Kind::Bool, Scope::View, "false", "Show an empty line behind each basic block"),
    row("asm.lines.call", Kind::Bool, Scope::View, "false", "Draw calls as lines too"),
    row("asm.lines.fcn", Kind::Bool, Scope::View, "true", "Draw a line along functions"),
    row("asm.lines.jmp", Kind::Bool, Scope::View, "true", "Draw jumps as lines"),
    row("asm.lines.out", Kind::Bool, Scope::View, "true", "Draw jumps that leave the listing"),
    row("asm.lines.ret", Kind::Bool, Scope::View, "false", "Draw a line behind returns"),
    row(
        "asm.lines.right",
        Kind::Bool,
        Scope::View,
        "false",
        "Draw jump lines beside the instruction, or else beside the address",
    ),
    row("asm.lines.wide", Kind::Bool, Scope::View, "false", "Leave a blank column between jump lines"),
    row("asm.lines.width", Kind::Number, Scope::View, "7", "Columns given to jump lines"),
    row("asm.marks", Kind::Bool, Scope::View, "true", "Leave columns for marks before the bytes"),
    row("asm.nbytes", Kind::Number, Scope::View, "6", "Bytes of an instruction shown before they are cut"),
    row("asm.optype", Kind::Bool, Scope::View, "false", "Show what kind of instruction each is"),
    row("asm.os", Kind::Text, Scope::View, "linux", "Operating system the code is for"),
    row("asm.pseudo", Kind::Bool, Scope::View, "false", "Show pseudo-code in place of instructions"),
    row("asm.refptr", Kind::Bool, Scope::View, "true", "Show the value in memory that an instruction names"),
    row("asm.section", Kind::Bool, Scope::View, "false", "Show the section beside each address"),
    row(
        "asm.section.name",
        Kind::Bool,
        Scope::View,
        "true",
        "Show the name of the section, where sections are shown",
    ),
    row(
        "asm.section.perm",
        Kind::Bool,
        Scope::View,
        "false",
        "Show what may be done with memory, where sections are shown",
    ),
    row("asm.size", Kind::Bool, Scope::View, "false", "Show the size of each instruction"),
    row("asm.slow", Kind::Bool, Scope::View, "true", "Look at memory for comments"),
    row("asm.stackptr", Kind::Bool, Scope::View, "false", "Show how many bytes of stack are in use"),
    row("asm.sub.names", Kind::Bool, Scope::View, "true", "Show names in place of addresses"),
    row("asm.sub.rel", Kind::Bool, Scope::View, "true", "Show absolute addresses in place of relative ones"),
    row("asm.sub.tail", Kind::Bool, Scope::View, "false", "Show only the last digits of addresses"),
    row(
        "asm.sub.var",
        Kind::Bool,
        Scope::View,
        "true",
        "Show the names of variables in place of stack addresses",
    ),
    row("asm.symbol", Kind::Bool, Scope::View, "false", "Show the symbol and offset beside each address"),
    row(
        "asm.symbol.col",
        Kind::Number,
        Scope::View,
        "20",
        "Columns of the symbol and offset beside each address",
    ),
    row("asm.syntax", Kind::Choice(syntaxes), Scope::View, "intel", "Syntax of x86 instructions"),
    row(
        "asm.tabs",
        Kind::Number,
        Scope::View,
        "0",
        "Columns of mnemonics and operands; 0 is as many as they take",
    ),
    row("asm.tabs.once", Kind::Bool, Scope::View, "false", "Pad mnemonics, and not operands"),
    row("asm.ucase", Kind::Bool, Scope::View, "false", "Show instructions in upper case"),
    row(
        "asm.usercomments",
        Kind::Bool,
        Scope::View,
        "false",
        "Show comments that somebody left where others are not shown",
    ),
    row("asm.var", Kind::Bool, Scope::View, "true", "Show the variables of functions"),
    row("asm.var.summary", Kind::Number, Scope::View, "1", "Show variables in one line; 0 is a line each"),
    row("asm.xrefs", Kind::Bool, Scope::View, "true", "Show what refers to an instruction"),
    row("asm.xrefs.code", Kind::Bool, Scope::View, "true", "Show jumps among what refers to an instruction"),
    row(
        "bin.baddr",
        Kind::Number,
        Scope::Session,
        "-1",
        "Base address for files that can be loaded anywhere; -1 leaves it to the file",
    ),
    fixed(
        row(
            "bin.cache",
            Kind::Bool,
            Scope::Session,
            "false",
            "Lay the changes that loading makes over the file without writing it",
        ),
        "what loading makes of a file changes no byte of it",
    ),
    row(
        "bin.demangle",
        Kind::Bool,
        Scope::Session,
        "true",
        "Show the names of C++ and Rust symbols as their sources have them",
    ),
    fixed(
        row(
            "bin.relocs.apply",
            Kind::Bool,
            Scope::Session,
            "false",
            "Apply relocations when a file is loaded",
        ),
        "bytes are shown as they are in the file: no relocation is applied",
    ),
    row("bin.str.max", Kind::Number, Scope::Session, "0", "Longest string found, in characters; 0 is any"),
    row(
        "bin.str.min",
        Kind::Number,
        Scope::Session,
        "0",
        "Shortest string found, in characters; 0 leaves it to the format",
    ),
    row("bin.strings", Kind::Bool, Scope::Session, "true", "Look for strings when a file is loaded"),
    row("cfg.bigendian", Kind::Bool, Scope::View, "false", "Numbers are big endian"),
    fixed(
        row("cfg.fortunes", Kind::Bool, Scope::Session, "false", "Show a saying at the start"),
        "there are no sayings",
    ),
    row("cfg.sandbox", Kind::Bool, Scope::Session, "false", "Refuse files, programs and the network"),
    row(
        "cfg.sandbox.grain",
        Kind::Text,
        Scope::Session,
        "all",
        "What the sandbox refuses: all, none, disk, files, exec, socket",
    ),
    fixed(
        row("cfg.user", Kind::Text, Scope::Session, "", "Name shown to others"),
        "nobody is told who uses farad",
    ),
    runs(row("cmd.bp", Kind::Text, Scope::Session, "", "Commands run when a breakpoint is hit")),
    runs(row("cmd.prompt", Kind::Text, Scope::Session, "", "Commands run before each prompt")),
    debugs(row(
        "dbg.args",
        Kind::Text,
        Scope::Session,
        "",
        "Arguments of the program, for when it is started again",
    )),
    row("dbg.aslr", Kind::Bool, Scope::Session, "false", "Have the memory of programs be laid out at random"),
    row("dbg.btdepth", Kind::Number, Scope::Session, "128", "Most frames of a backtrace"),
    row("dbg.clone", Kind::Bool, Scope::Session, "false", "Stop at new threads"),
    row("dbg.execs", Kind::Bool, Scope::Session, "false", "Stop when the process runs another program"),
    row(
        "dbg.exitkills",
        Kind::Bool,
        Scope::Session,
        "true",
        "Kill the program that was started when farad is left",
    ),
    row(
        "dbg.follow",
        Kind::Number,
        Scope::View,
        "0x20",
        "Seek to where the process stopped; 0 leaves the seek where it is",
    ),
    row(
        "dbg.follow.child",
        Kind::Bool,
        Scope::Session,
        "false",
        "Debug the process that is made, and let the one that made it go on alone",
    ),
    row("dbg.forks", Kind::Bool, Scope::Session, "false", "Stop at new processes"),
    row(
        "dbg.linger",
        Kind::Number,
        Scope::Session,
        "60",
        "Seconds for which dbg.onlost=keep has a process wait",
    ),
    row(
        "dbg.onlost",
        Kind::Choice(fates),
        Scope::Session,
        "detach",
        "What becomes of a process whose debugger is lost: detach, keep it stopped for a while, or kill",
    ),
    runs(debugs(row(
        "dbg.profile",
        Kind::Text,
        Scope::Session,
        "",
        "Run directives for debugging, such as arg1=text, with commas between; or a file of them",
    ))),
    files(row(
        "dbg.symbols",
        Kind::Text,
        Scope::Session,
        "/usr/lib/debug",
        "Folders, with colons between, of files that have the names of those stripped of them",
    )),
    files(row("dir.tmp", Kind::Text, Scope::Session, "/tmp", "Folder for temporary files")),
    row(
        "emu.str",
        Kind::Bool,
        Scope::View,
        "false",
        "Of what asm.emu says show only texts that registers point at",
    ),
    row("esil.gotolimit", Kind::Number, Scope::Session, "0x1000", "Most jumps within one expression of ESIL"),
    row(
        "esil.maxsteps",
        Kind::Number,
        Scope::Session,
        "0",
        "Instructions after which emulation stops; 0 is no limit",
    ),
    row("esil.nonull", Kind::Bool, Scope::Session, "false", "Memory at address 0 cannot be emulated"),
    row("esil.romem", Kind::Bool, Scope::Session, "false", "Emulation writes no memory"),
    row("esil.stack.addr", Kind::Number, Scope::Session, "0x100000", "Where aeim puts the emulator's stack"),
    row(
        "esil.stack.depth",
        Kind::Number,
        Scope::Session,
        "0x100",
        "Most items on the stack of an expression of ESIL",
    ),
    row("esil.stack.size", Kind::Number, Scope::Session, "0xf0000", "Bytes of the emulator's stack"),
    row(
        "esil.timeout",
        Kind::Number,
        Scope::Session,
        "0",
        "Seconds after which emulation stops; 0 is no limit",
    ),
    row("file.info", Kind::Bool, Scope::Session, "true", "Read the headers of files that are opened"),
    row("graph.body", Kind::Bool, Scope::View, "true", "Show what stands in the boxes of graphs"),
    row("graph.bytes", Kind::Bool, Scope::View, "false", "Show the bytes of instructions in graphs"),
    row("graph.comments", Kind::Bool, Scope::View, "true", "Show comments in graphs"),
    row("graph.hints", Kind::Bool, Scope::View, "true", "Mark when the edges of graphs are gone: t, f, v"),
    row("graph.offset", Kind::Bool, Scope::View, "false", "Show the addresses of instructions in graphs"),
    row("hex.addr", Kind::Bool, Scope::View, "true", "Show addresses in hex dumps"),
    fixed(
        row("hex.align", Kind::Bool, Scope::View, "false", "Begin hex dumps at a multiple of hex.cols"),
        "a dump begins where it is asked to begin",
    ),
    row("hex.ascii", Kind::Bool, Scope::View, "true", "Show the text column of hex dumps"),
    row("hex.bytes", Kind::Bool, Scope::View, "true", "Show the bytes of hex dumps"),
    row("hex.cols", Kind::Number, Scope::View, "16", "Bytes in a row of a hex dump"),
    row("hex.comments", Kind::Bool, Scope::View, "true", "Show comments beside hex dumps"),
    row("hex.compact", Kind::Bool, Scope::View, "false", "Leave out the blanks between pairs of bytes"),
    fixed(
        row("hex.depth", Kind::Number, Scope::View, "5", "Pointers followed by telescoping dumps"),
        "a telescoping dump follows each pointer once",
    ),
    fixed(
        row(
            "hex.flagsz",
            Kind::Number,
            Scope::View,
            "0",
            "Highlight this many bytes at each flag; 0 is the size of the flag",
        ),
        "flags are shown above dumps by pxa, not in their colours",
    ),
    fixed(
        row("hex.hdroff", Kind::Bool, Scope::View, "false", "Show the address in the header of hex dumps"),
        "the heading of a dump has the low digits of its addresses in any case",
    ),
    row("hex.header", Kind::Bool, Scope::View, "true", "Show the header of hex dumps"),
    fixed(
        row("hex.onechar", Kind::Bool, Scope::View, "false", "Show one character for each byte"),
        "each byte of a dump has two digits",
    ),
    row("hex.pairs", Kind::Bool, Scope::View, "true", "Show bytes in pairs"),
    row("hex.section", Kind::Bool, Scope::View, "false", "Show the section beside each row"),
    row(
        "hex.stride",
        Kind::Number,
        Scope::View,
        "0",
        "Bytes from the start of a row to the next; 0 is hex.cols",
    ),
    row("hex.style", Kind::Bool, Scope::View, "false", "Print dumps in another style"),
    policy(row(
        "http.allow",
        Kind::Text,
        Scope::Session,
        "",
        "Addresses of clients that are admitted, with commas between; empty is all",
    )),
    policy(row(
        "http.auth",
        Kind::Bool,
        Scope::Session,
        "false",
        "Ask HTTP clients for the token in http.authfile",
    )),
    policy(row(
        "http.authfile",
        Kind::Text,
        Scope::Session,
        "",
        "File with the token for HTTP clients, for its owner alone to read",
    )),
    fixed(
        row("http.authtok", Kind::Text, Scope::Session, "", "The token itself"),
        "settings are listed and seen as arguments; http.authfile names a file that has it",
    ),
    fixed(
        row("http.basepath", Kind::Text, Scope::Session, "/", "What paths begin with"),
        "clients of radare2 ask for /cmd/",
    ),
    policy(row(
        "http.bind",
        Kind::Text,
        Scope::Session,
        "localhost",
        "Address that =h listens at; public is every one of this machine",
    )),
    policy(row(
        "http.browser",
        Kind::Text,
        Scope::Session,
        "xdg-open",
        "Program that =H shows the page with",
    )),
    policy(row(
        "http.cert",
        Kind::Text,
        Scope::Session,
        "",
        "File with the certificates to serve HTTPS with, PEM",
    )),
    fixed(
        row("http.channel", Kind::Bool, Scope::Session, "false", "Serve from threads of its own"),
        "it always does",
    ),
    fixed(
        row("http.colon", Kind::Bool, Scope::Session, "false", "Take nothing but commands for the IO plugin"),
        "http.shell, http.files, http.debug and http.local say what is taken",
    ),
    fixed(
        row("http.cors", Kind::Bool, Scope::Session, "false", "Let pages of other origins in"),
        "they could do whatever this page can",
    ),
    policy(row(
        "http.debug",
        Kind::Bool,
        Scope::Session,
        "false",
        "Let HTTP clients start and control processes",
    )),
    fixed(
        row(
            "http.dietime",
            Kind::Number,
            Scope::Session,
            "0",
            "End a server that nobody asked for so many seconds",
        ),
        "=h- ends a server",
    ),
    fixed(
        row("http.dirlist", Kind::Bool, Scope::Session, "false", "List folders"),
        "files are given by name",
    ),
    policy(row(
        "http.files",
        Kind::Bool,
        Scope::Session,
        "false",
        "Let HTTP clients open and write files of this machine",
    )),
    fixed(
        row("http.homeroot", Kind::Text, Scope::Session, "", "Folder of pages of the user"),
        "the page is built in, and http.root names others",
    ),
    policy(row("http.index", Kind::Text, Scope::Session, "index.html", "File that is given for a folder")),
    policy(row(
        "http.key",
        Kind::Text,
        Scope::Session,
        "",
        "File with the private key of http.cert, PEM, for its owner alone to read",
    )),
    policy(row(
        "http.local",
        Kind::Bool,
        Scope::Session,
        "false",
        "Let HTTP clients connect to servers of this machine and begin some",
    )),
    fixed(
        row("http.log", Kind::Bool, Scope::Session, "false", "Log requests"),
        "RUST_LOG=farad_serve=debug does",
    ),
    fixed(
        row("http.logfile", Kind::Text, Scope::Session, "", "File to log requests to"),
        "the log goes to standard error",
    ),
    policy(row(
        "http.maxout",
        Kind::Number,
        Scope::Session,
        "64M",
        "Longest output of one command for an HTTP client, in bytes",
    )),
    fixed(
        row("http.maxport", Kind::Number, Scope::Session, "9999", "Last port that is tried"),
        "a port that is taken is an error",
    ),
    policy(row(
        "http.maxsize",
        Kind::Number,
        Scope::Session,
        "16M",
        "Longest file that is uploaded, in bytes",
    )),
    policy(row("http.port", Kind::Number, Scope::Session, "9090", "Port that =h listens at")),
    fixed(
        row("http.referer", Kind::Text, Scope::Session, "", "Referer that requests must have"),
        "pages of other origins are always refused",
    ),
    policy(row(
        "http.root",
        Kind::Text,
        Scope::Session,
        "",
        "Folder of the page that is served; empty is the one built in",
    )),
    fixed(
        row("http.sandbox", Kind::Bool, Scope::Session, "true", "Refuse programs and files over HTTP"),
        "http.shell, http.files, http.debug and http.local say what is refused",
    ),
    policy(row(
        "http.shell",
        Kind::Bool,
        Scope::Session,
        "false",
        "Let HTTP clients run programs of this machine",
    )),
    fixed(
        row("http.sync", Kind::Text, Scope::Session, "", "Another server that is told of events"),
        "/ws tells all who listen",
    ),
    row("http.timeout", Kind::Number, Scope::Session, "10", "Seconds an HTTP peer may stay silent"),
    fixed(row("http.ui", Kind::Text, Scope::Session, "m", "Which page is shown"), "there is one"),
    policy(row("http.upget", Kind::Bool, Scope::Session, "false", "Give uploaded files back (GET /up/NAME)")),
    policy(row("http.upload", Kind::Bool, Scope::Session, "false", "Take files (POST /up/NAME)")),
    policy(row("http.uproot", Kind::Text, Scope::Session, "/tmp", "Folder of uploaded files")),
    fixed(
        row("http.uri", Kind::Text, Scope::Session, "", "Server that requests go through"),
        "=+ http:// asks the server that is named",
    ),
    fixed(
        row("http.verbose", Kind::Bool, Scope::Session, "false", "Print the log"),
        "it goes to standard error",
    ),
    row("io.0xff", Kind::Number, Scope::Session, "255", "What stands for bytes that nothing provides"),
    row(
        "io.autofd",
        Kind::Bool,
        Scope::Session,
        "true",
        "Make a descriptor the current one when it is opened",
    ),
    row(
        "io.cache",
        Kind::Bool,
        Scope::Session,
        "false",
        "Keep writes in memory instead of writing them through, and read them there",
    ),
    fixed(
        row("io.exec", Kind::Bool, Scope::Session, "true", "Map files as executable when they are opened"),
        "what may be executed is a property of each map",
    ),
    row(
        "io.ff",
        Kind::Bool,
        Scope::Session,
        "true",
        "Show io.0xff for bytes that nothing provides; else it is an error",
    ),
    fixed(
        row("io.pava", Kind::Bool, Scope::Session, "false", "Show addresses for offsets when io.va is off"),
        "physical addresses are not translated",
    ),
    row("io.unalloc", Kind::Bool, Scope::View, "false", "Show bytes that nothing provides as io.unalloc.ch"),
    row("io.unalloc.ch", Kind::Text, Scope::View, ".", "What is shown for bytes that nothing provides"),
    row(
        "io.va",
        Kind::Bool,
        Scope::Session,
        "true",
        "Addresses go through the maps; else they are offsets of the current descriptor",
    ),
    fixed(
        row("log.level", Kind::Number, Scope::Session, "4", "How much is logged: 0 (fatal) to 6 (trace)"),
        "what is logged is chosen by RUST_LOG when farad starts",
    ),
    fixed(
        row("prj.name", Kind::Text, Scope::Session, "", "Name of the open project"),
        "there are no projects",
    ),
    row(
        "rap.idle",
        Kind::Number,
        Scope::Session,
        "3600",
        "Seconds a client may stay silent before it is hung up on; 0 is for ever",
    ),
    row(
        "rap.loop",
        Kind::Bool,
        Scope::Session,
        "true",
        "Serve one client after another; else the server ends with its first",
    ),
    row(
        "rap.maxout",
        Kind::Number,
        Scope::Session,
        "64M",
        "Longest output of one command that is kept for a client, in bytes",
    ),
    policy(row(
        "rap.public",
        Kind::Bool,
        Scope::Session,
        "false",
        "Allow servers without authentication beyond this machine",
    )),
    policy(row(
        "rap.reverse",
        Kind::Bool,
        Scope::Session,
        "false",
        "Let a server that we are connected to run commands here",
    )),
    row(
        "rap.timeout",
        Kind::Number,
        Scope::Session,
        "5",
        "Seconds to wait for a host to be found, to connect and to open",
    ),
    row("scr.color", Kind::Number, Scope::View, "0", "Colours: 0 none, 1 sixteen, 2 256, 3 all"),
    row("scr.color.bytes", Kind::Bool, Scope::View, "true", "Colour bytes by their value"),
    row(
        "scr.color.pipe",
        Kind::Bool,
        Scope::View,
        "false",
        "Colours in files, pipes and captured output too",
    ),
    row(
        "scr.columns",
        Kind::Number,
        Scope::View,
        "0",
        "Width that output is made for, in columns; 0 is that of the terminal",
    ),
    row("scr.echo", Kind::Bool, Scope::View, "false", "Print each command before its output"),
    fixed(
        row("scr.html", Kind::Bool, Scope::View, "false", "Write output as HTML"),
        "the JSON forms are for programs",
    ),
    row(
        "scr.interactive",
        Kind::Bool,
        Scope::View,
        "false",
        "Ask, page and draw as a person at a terminal wants",
    ),
    row("scr.nkey", Kind::Choice(destinations), Scope::View, "flag", "What sn and sp go to"),
    row("scr.prompt", Kind::Bool, Scope::View, "true", "Show a prompt"),
    row("scr.prompt.file", Kind::Bool, Scope::View, "false", "Show the file in the prompt"),
    row(
        "scr.rows",
        Kind::Number,
        Scope::View,
        "0",
        "Height that output is made for, in rows; 0 is that of the terminal",
    ),
    row("scr.utf8", Kind::Bool, Scope::View, "false", "Draw with more than ASCII"),
    fixed(
        row("scr.wheel", Kind::Bool, Scope::View, "true", "Use the mouse wheel"),
        "there are no visual modes",
    ),
    row("search.align", Kind::Number, Scope::Session, "0", "Report hits at multiples of this only"),
    row("search.chunk", Kind::Number, Scope::Session, "0", "Bytes searched at a time; 0 chooses"),
    row("search.contiguous", Kind::Bool, Scope::Session, "true", "Let hits touch each other"),
    row("search.distance", Kind::Number, Scope::Session, "0", "Bytes that may differ in a hit"),
    fixed(
        row(
            "search.esilcombo",
            Kind::Number,
            Scope::Session,
            "8",
            "Instructions taken together by emulating searches",
        ),
        "no search emulates instructions",
    ),
    row("search.flags", Kind::Bool, Scope::Session, "true", "Set a flag at each hit"),
    row("search.from", Kind::Number, Scope::Session, "-1", "Start of the range searched; -1 is not set"),
    row("search.in", Kind::Choice(ranges), Scope::Session, "io.maps", "Where to search"),
    row("search.kwidx", Kind::Number, Scope::Session, "0", "Number of the next search"),
    row("search.maxhits", Kind::Number, Scope::Session, "0", "Hits after which a search ends; 0 is any"),
    fixed(
        row(
            "search.named",
            Kind::Bool,
            Scope::Session,
            "false",
            "Name the flags of hits after what was searched",
        ),
        "hits are numbered, by search.prefix and search.kwidx",
    ),
    row("search.overlap", Kind::Bool, Scope::Session, "false", "Report hits that overlap"),
    row("search.prefix", Kind::Text, Scope::Session, "hit", "What the flags of hits begin with"),
    row("search.show", Kind::Bool, Scope::Session, "true", "Print each hit"),
    row("search.to", Kind::Number, Scope::Session, "-1", "End of the range searched; -1 is not set"),
    row("search.verbose", Kind::Bool, Scope::Session, "true", "Tell how a search goes"),
    fixed(
        row("stack.size", Kind::Number, Scope::View, "64", "Bytes of stack shown"),
        "there are no visual modes",
    ),
    fixed(
        row("str.escbslash", Kind::Bool, Scope::View, "false", "Escape backslashes in strings"),
        "strings are escaped so that each can be told from all others",
    ),
    fixed(
        row("tcp.islocal", Kind::Bool, Scope::Session, "true", "Bind servers to the loopback address"),
        "=t takes the address to listen at, loopback if it has none",
    ),
    row("zoom.byte", Kind::Text, Scope::View, "h", "What a cell of the zoomed view shows"),
    row("zoom.from", Kind::Number, Scope::View, "0", "Start of the zoomed view"),
    row("zoom.in", Kind::Choice(ranges), Scope::View, "io.map", "Where the zoomed view is from"),
    row("zoom.maxsz", Kind::Number, Scope::View, "512", "Most cells of the zoomed view"),
    row("zoom.to", Kind::Number, Scope::View, "0", "End of the zoomed view"),
];
