//! Reads and writes across maps, holes and permissions, held against a model of single bytes.

#![allow(clippy::unwrap_used)]

use farad_io::{
    Backend, Caching, Coverage, Ctx, Error, Io, Lens, OpenOptions, Perm, Resize, Result, Schemes, Stamp,
    WriteAt, local,
};
use proptest::prelude::*;

/// Addresses the model knows; maps and reads stay below.
const SPACE: u64 = 400;

/// Bytes with holes in them; each kind of caching is gone through.
struct Holed {
    bytes: Vec<Option<u8>>,
    caching: Caching,
    scratch: bool,
}

impl Backend for Holed {
    fn read_at(&mut self, addr: u64, buf: &mut [u8], _ctx: &Ctx) -> Result<usize> {
        assert!(!buf.is_empty(), "empty reads are not asked of a backend");
        let run = self.bytes.iter().skip(addr as usize).map_while(|byte| *byte);
        Ok(buf.iter_mut().zip(run).map(|(to, byte)| *to = byte).count())
    }

    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn caching(&self) -> Caching {
        self.caching
    }

    fn is_scratch(&self) -> bool {
        self.scratch
    }

    fn next_readable(&mut self, after: u64, _ctx: &Ctx) -> Result<Option<u64>> {
        let next = (after as usize + 1..self.bytes.len()).find(|&at| self.bytes[at].is_some());
        Ok(next.map(|at| at as u64))
    }

    fn stamp(&mut self, _ctx: &Ctx) -> Result<Option<Stamp>> {
        Ok(Some(Stamp { size: self.size(), modified: "once".to_owned() }))
    }

    fn as_write(&mut self) -> Option<&mut dyn WriteAt> {
        Some(self)
    }
}

impl WriteAt for Holed {
    fn write_at(&mut self, addr: u64, data: &[u8], _ctx: &Ctx) -> Result<()> {
        for (slot, &byte) in self.bytes[addr as usize..].iter_mut().zip(data) {
            *slot = Some(byte);
        }
        Ok(())
    }
}

#[derive(Clone, Debug)]
struct Desc {
    bytes: Vec<Option<u8>>,
    perm: Perm,
    scratch: bool,
    caching: Caching,
}

#[derive(Clone, Debug)]
enum Step {
    Read { addr: u64, len: usize },
    Write { addr: u64, data: Vec<u8> },
    Va(bool),
    Cache(bool),
    Fill { ff: bool, fill: u8 },
    Select(usize),
    Raise { map: usize, highest: bool },
    Permit { map: usize, perm: Perm },
    Move { map: usize, from: u64 },
    Command,
    Reader,
}

fn perm() -> impl Strategy<Value = Perm> {
    (0u8..8).prop_map(Perm::from_bits_truncate)
}

fn desc() -> impl Strategy<Value = Desc> {
    let byte = prop::option::weighted(0.8, any::<u8>());
    let caching =
        prop::sample::select(&[Caching::Direct, Caching::Exact, Caching::Command, Caching::Kept][..]);
    (prop::collection::vec(byte, 1..120), perm(), any::<bool>(), caching)
        .prop_map(|(bytes, perm, scratch, caching)| Desc { bytes, perm, scratch, caching })
}

fn step() -> impl Strategy<Value = Step> {
    let data = || prop::collection::vec(any::<u8>(), 0..80);
    prop_oneof![
        8 => (0..SPACE, 0usize..200).prop_map(|(addr, len)| Step::Read { addr, len }),
        6 => (0..SPACE, data()).prop_map(|(addr, data)| Step::Write { addr, data }),
        1 => any::<bool>().prop_map(Step::Va),
        1 => any::<bool>().prop_map(Step::Cache),
        1 => any::<(bool, u8)>().prop_map(|(ff, fill)| Step::Fill { ff, fill }),
        1 => (0usize..4).prop_map(Step::Select),
        1 => (0usize..8, any::<bool>()).prop_map(|(map, highest)| Step::Raise { map, highest }),
        1 => (0usize..8, perm()).prop_map(|(map, perm)| Step::Permit { map, perm }),
        1 => (0usize..8, 0..SPACE).prop_map(|(map, from)| Step::Move { map, from }),
        1 => Just(Step::Command),
        2 => Just(Step::Reader),
    ]
}

/// What the layer should do, one byte at a time.
struct Model {
    descs: Vec<Desc>,
    overlay: Vec<Option<u8>>,
}

impl Model {
    /// The descriptor, offset and permission that show at `addr`.
    fn source(&self, io: &Io, lens: &Lens, addr: u64) -> Option<(usize, usize, Perm)> {
        if !lens.va {
            return Some((io.current(lens).ok()? as usize - 3, addr as usize, Perm::RWX));
        }
        let map = io.maps.iter().find(|map| map.from <= addr && addr <= map.to)?;
        Some((map.fd as usize - 3, (map.delta + addr - map.from) as usize, map.perm))
    }

    fn byte(&self, io: &Io, lens: &Lens, addr: u64) -> Option<u8> {
        let kept = self.overlay[addr as usize].filter(|_| lens.cache);
        kept.or_else(|| {
            let (desc, offset, perm) = self.source(io, lens, addr)?;
            perm.contains(Perm::R).then(|| self.descs[desc].bytes.get(offset).copied().flatten())?
        })
    }

    fn write(&mut self, io: &Io, lens: &Lens, addr: u64, data: &[u8]) -> bool {
        let addresses = addr..addr + data.len() as u64;
        if lens.cache {
            addresses.zip(data).for_each(|(at, &byte)| self.overlay[at as usize] = Some(byte));
            return true;
        }
        let places: Option<Vec<_>> = addresses
            .map(|at| {
                let (desc, offset, perm) = self.source(io, lens, at)?;
                let slot = &self.descs[desc];
                let allowed = perm.contains(Perm::W) && (slot.perm.contains(Perm::W) || slot.scratch);
                (allowed && offset < slot.bytes.len()).then_some((desc, offset))
            })
            .collect();
        let Some(places) = places else { return false };
        for ((desc, offset), &byte) in places.into_iter().zip(data) {
            self.descs[desc].bytes[offset] = Some(byte);
        }
        true
    }
}

fn covered(coverage: &Coverage, len: usize) -> Vec<bool> {
    let runs = coverage.runs();
    assert!(runs.windows(2).all(|pair| pair[0].end < pair[1].start), "{runs:?}");
    (0..len).map(|at| coverage.contains(at)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equals_a_model_of_single_bytes(
        descs in prop::collection::vec(desc(), 1..4),
        maps in prop::collection::vec((0usize..4, 0..SPACE, 1u64..150, 0u64..100, perm()), 0..8),
        steps in prop::collection::vec(step(), 1..30),
    ) {
        let ctx = Ctx::owner();
        let mut io = Io::new(Schemes::new());
        for desc in descs.clone() {
            let Desc { bytes, perm, scratch, caching } = desc;
            io.adopt("test://", perm, Box::new(Holed { bytes, caching, scratch }));
        }
        let ids: Vec<_> = maps
            .iter()
            .map(|&(desc, from, size, delta, perm)| {
                io.maps.add(3 + (desc % descs.len()) as u32, from, size, delta, perm).unwrap()
            })
            .collect();
        // Two readers, each with what they see through; one after the other is at it.
        let (mut lens, mut other) = (Lens::default(), Lens::default());
        let mut model = Model { descs, overlay: vec![None; 2 * SPACE as usize] };
        for step in steps {
            match step {
                Step::Read { addr, len } => {
                    let mut buf = vec![0xa5; len];
                    let coverage = io.read(addr, &mut buf, &lens, &ctx).unwrap();
                    let expected: Vec<_> = (addr..addr + len as u64).map(|at| model.byte(&io, &lens, at)).collect();
                    let provided: Vec<bool> = expected.iter().map(Option::is_some).collect();
                    prop_assert_eq!(covered(&coverage, len), &provided[..]);
                    let filled: Vec<u8> = expected.iter().map(|byte| byte.unwrap_or(lens.fill)).collect();
                    prop_assert_eq!(&buf, &filled);
                    let complete = provided.iter().all(|&byte| byte);
                    prop_assert_eq!(coverage.is_complete(len), complete);
                    prop_assert_eq!(
                        io.read_filled(addr, &mut buf, &lens, &ctx).is_ok(),
                        complete || lens.ff
                    );
                }
                Step::Write { addr, data } => {
                    let written = io.write(addr, &data, &lens, &ctx);
                    prop_assert_eq!(written.is_ok(), model.write(&io, &lens, addr, &data), "{:?}", written);
                }
                Step::Va(va) => lens.va = va,
                Step::Cache(cache) => lens.cache = cache,
                Step::Fill { ff, fill } => (lens.ff, lens.fill) = (ff, fill),
                Step::Select(desc) => {
                    let known = desc < model.descs.len();
                    prop_assert_eq!(io.select(&mut lens, 3 + desc as u32).is_ok(), known);
                }
                Step::Raise { map, highest } => {
                    if let Some(&id) = ids.get(map) {
                        io.maps.prioritize(id, highest).unwrap();
                    }
                }
                Step::Permit { map, perm } => {
                    if let Some(&id) = ids.get(map) {
                        io.maps.change(id, |map| map.perm = perm).unwrap();
                    }
                }
                Step::Move { map, from } => {
                    if let Some(&id) = ids.get(map) {
                        io.maps.relocate(id, from).unwrap();
                    }
                }
                Step::Command => io.begin_command(),
                Step::Reader => std::mem::swap(&mut lens, &mut other),
            }
        }
    }
}

fn opened(uri: &str) -> (Io, Ctx) {
    let (mut io, ctx) = (Io::new(Schemes::new().with(local())), Ctx::owner());
    io.open(uri, &OpenOptions::default(), &ctx).unwrap();
    (io, ctx)
}

#[test]
fn memory_is_writable_whatever_it_was_opened_for() {
    for (uri, perm) in
        [("-", "rwx"), ("hex://41", "rwx"), ("cyclic://9", "rwx"), ("null://8", "r-x"), ("sparse://9", "r-x")]
    {
        let (mut io, _) = opened(uri);
        assert_eq!(io.descriptor(3).unwrap().perm.to_string(), perm, "{uri}");
    }
    let (mut io, ctx) = opened("-");
    let options = OpenOptions { perm: Perm::R, ..OpenOptions::default() };
    let fd = io.open("malloc://64", &options, &ctx).unwrap();
    assert_eq!(io.descriptor(fd).unwrap().perm, Perm::RW);
    assert_eq!(io.descriptor(3).unwrap().uri, "malloc://512");
}

#[test]
fn the_last_and_first_addresses_are_neighbours() {
    let (mut io, ctx) = opened("hex://4142434445464748");
    let mut lens = Lens::default();
    io.maps.add(3, u64::MAX - 1, 2, 0, Perm::RWX).unwrap();
    io.maps.add(3, 0, 2, 4, Perm::RWX).unwrap();
    let mut buf = [0; 6];
    let coverage = io.read(u64::MAX - 2, &mut buf, &lens, &ctx).unwrap();
    assert_eq!(&buf, b"\xffABEF\xff");
    assert!(coverage.runs().iter().eq([&(1..5)]));
    io.write(u64::MAX, b"xy", &lens, &ctx).unwrap();
    lens.cache = true;
    io.write(u64::MAX - 1, b"123", &lens, &ctx).unwrap();
    io.read(u64::MAX - 2, &mut buf, &lens, &ctx).unwrap();
    assert_eq!(&buf, b"\xff123F\xff");
}

#[test]
fn a_patch_shows_whatever_is_cached() {
    let (mut io, ctx) = opened("hex://41424344");
    io.maps.add(3, 0, 4, 0, Perm::RWX).unwrap();
    let (mut buf, mut lens) = ([0; 4], Lens::default());
    lens.cache = true;
    io.write(0, b"12", &lens, &ctx).unwrap();
    lens.patch.write(1, b"x");
    io.read(0, &mut buf, &lens, &ctx).unwrap();
    assert_eq!(&buf, b"1xCD");
    lens.cache = false;
    io.read(0, &mut buf, &lens, &ctx).unwrap();
    assert_eq!(&buf, b"AxCD");
}

#[test]
fn opening_is_refused_to_those_who_may_not() {
    let (mut io, ctx) = opened("-");
    let peer = ctx.for_principal(farad_io::Principal::peer_text("host 0"));
    for uri in
        ["/dev/null", "file:///dev/null", "procpid://1", "stdin://", "fd://0", "malloc://1", "mmap:///x"]
    {
        let refused = io.open(uri, &OpenOptions::default(), &peer);
        assert!(matches!(refused, Err(Error::Refused { .. })), "{uri}");
    }
    for wrong in ["nosuch://1", "malloc://-1", "malloc://2T", "cyclic://238329"] {
        assert!(io.open(wrong, &OpenOptions::default(), &ctx).is_err(), "{wrong}");
    }
}

#[test]
fn an_endless_descriptor_is_written_anywhere() {
    let (mut io, ctx) = (Io::new(Schemes::new().with(local())), Ctx::owner());
    io.open("sparse://", &OpenOptions { perm: Perm::RW, ..OpenOptions::default() }, &ctx).unwrap();
    let lens = Lens { va: false, ..Lens::default() };
    io.write(0x8000_0000_0000_0000, b"far", &lens, &ctx).unwrap();
    let mut buf = [1; 5];
    io.read(0x7fff_ffff_ffff_ffff, &mut buf, &lens, &ctx).unwrap();
    assert_eq!(&buf, b"\0far\0");
}

#[test]
fn regions_behind_a_gap_in_a_process_are_read() {
    let (mut io, ctx) = opened(&format!("procpid://{}", std::process::id()));
    let lens = Lens { va: false, ..Lens::default() };
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let first = u64::from_str_radix(maps.split('-').next().unwrap(), 16).unwrap();
    let mut buf = vec![0; 0x3000];
    let coverage = io.read(first - 0x2000, &mut buf, &lens, &ctx).unwrap();
    assert!(!coverage.contains(0x1fff) && coverage.contains(0x2000), "{:?}", coverage.runs());
    assert_eq!(&buf[0x1fff..0x2004], b"\xff\x7fELF");
}

/// Resizing goes through the descriptor, whose permission counts.
#[test]
fn only_what_is_writable_is_resized() {
    let (mut io, ctx) = opened("-");
    io.descriptor(3).unwrap().resize(8, &ctx).unwrap();
    assert_eq!(io.descriptor(3).unwrap().size(), 8);
    let fd = io.open("null://8", &OpenOptions::default(), &ctx).unwrap();
    assert!(matches!(io.descriptor(fd).unwrap().resize(9, &ctx), Err(Error::ReadOnly { .. })));
    struct Fixed;
    impl Backend for Fixed {
        fn read_at(&mut self, _addr: u64, _buf: &mut [u8], _ctx: &Ctx) -> Result<usize> {
            Ok(0)
        }
        fn size(&self) -> u64 {
            0
        }
        fn as_resize(&mut self) -> Option<&mut dyn Resize> {
            None
        }
    }
    let fd = io.adopt("fixed://", Perm::RW, Box::new(Fixed));
    assert!(matches!(io.descriptor(fd).unwrap().resize(9, &ctx), Err(Error::Unsupported { .. })));
}
