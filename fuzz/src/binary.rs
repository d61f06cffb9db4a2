//! Files in known formats, however damaged: what was read of one is listed in every form there is, and no listing holds
//! what a terminal would obey.

use std::io::{self, Write};

use farad_bin::{Options, StringScope};
use farad_io::{Ctx, Schemes};
use farad_shell::load::{self, Request};
use farad_shell::out::Out;
use farad_shell::{Env, Registry, Session, View, cmd, run_line};

/// The longest file tried, in bytes.
const LONGEST: usize = 64 << 10;

/// The bytes as an ELF file.
pub fn elf(data: &[u8]) {
    with_magic(data, b"\x7fELF");
}

/// The bytes as a portable executable.
pub fn pe(data: &[u8]) {
    let mut file = data.to_vec();
    let place = file.get(0x3c..0x40).and_then(|raw| Some(u32::from_le_bytes(raw.try_into().ok()?)));
    let place = place.and_then(|place| usize::try_from(place).ok());
    if let Some(signature) = place.and_then(|at| file.get_mut(at..at.checked_add(4)?)) {
        signature.copy_from_slice(b"PE\0\0");
    }
    with_magic(&file, b"MZ");
}

/// The bytes as a Mach-O file, whose first byte chooses among its magic numbers.
pub fn macho(data: &[u8]) {
    const MAGICS: [&[u8]; 5] = [
        b"\xcf\xfa\xed\xfe",
        b"\xce\xfa\xed\xfe",
        b"\xfe\xed\xfa\xcf",
        b"\xfe\xed\xfa\xce",
        b"\xca\xfe\xba\xbe",
    ];
    let first = data.first().copied().unwrap_or(0);
    let magic = MAGICS.iter().find(|magic| magic[0] == first && data.starts_with(magic));
    with_magic(data, magic.unwrap_or(&MAGICS[usize::from(first) % MAGICS.len()]));
}

fn with_magic(data: &[u8], magic: &[u8]) {
    let mut file = data.get(..data.len().min(LONGEST)).unwrap_or_default().to_vec();
    file.resize(file.len().max(magic.len()), 0);
    file[..magic.len()].copy_from_slice(magic);
    read(&file);
    list(&file);
}

/// Reads all that the library reads, at a base where addresses wrap.
fn read(file: &[u8]) {
    let options = Options { base: Some(u64::MAX - 0xfff), ..Options::default() };
    if let Ok(Some(binary)) = farad_bin::load(&file, &options) {
        let _ = farad_bin::strings(&file, Some(&binary), StringScope::File, &options, &mut |_| {
            std::ops::ControlFlow::Continue(())
        });
    }
}

/// One in so many commands is run on a file: its last byte chooses which, so that a file costs little and the
/// fuzzer has a reason to try others.
const SHARE: usize = 8;

/// Opens the file and runs commands on its headers in every form.
fn list(file: &[u8]) {
    static REGISTRY: std::sync::LazyLock<std::sync::Arc<Registry>> =
        std::sync::LazyLock::new(|| Registry::new(cmd::groups()));
    let registry = &*REGISTRY;
    let mut session = Session::new(Schemes::new().with(farad_io::local()), registry.clone());
    let (mut view, ctx, mut out) = (View::default(), Ctx::owner(), Tame);
    let mut env = Env { session: &mut session, view: &mut view, ctx: &ctx, out: &mut out };
    let digits: String = file.iter().map(|byte| format!("{byte:02x}")).collect();
    if load::open(&mut env, &Request::new(&format!("hex://{digits}"))).is_err() {
        return;
    }
    let rows = registry.with_prefix("i").chain(registry.with_prefix("ob"));
    let chosen = usize::from(file.last().copied().unwrap_or(0)) % SHARE;
    let rows = rows.filter(|row| row.params.iter().all(|param| !param.required));
    for (_, row) in rows.enumerate().filter(|(index, _)| index % SHARE == chosen) {
        run_line(&mut env, row.name);
        for mode in ["j", "q", "*", ","] {
            run_line(&mut env, &format!("{}{mode}", row.name));
        }
    }
    for line in ["f", "fj", "om", "omj", "C", "Cj", "iS md5,entropy", "pd 8", "s main;is.;iS.", "oba 0x1000"] {
        run_line(&mut env, line);
    }
}

/// A terminal that must not be steered.
struct Tame;

impl Write for Tame {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        assert!(bytes.iter().all(|byte| *byte >= b' ' && *byte != 0x7f || *byte == b'\n'), "{bytes:?}");
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Out for Tame {
    fn report(&mut self, line: &str) {
        assert!(!line.chars().any(|c| c.is_control() && c != '\n'), "{line:?}");
    }

    fn mark_peer(&mut self, _: &str) {}
}
