//! Bytes of any sort in every mode of every architecture: no panic, and answers that hold together.

use farad_arch::{ARCHS, Arch, Decoder, Instruction, Profile, Registers, Settings, Syntax};
use farad_esil::{Error, Host, Machine, Register, Trap};
use proptest::prelude::*;

/// Every way a row can be opened.
fn modes(row: &'static Arch) -> impl Iterator<Item = Settings> {
    let cpus = || std::iter::once(None).chain(row.cpus.iter().map(|cpu| Some((*cpu).to_owned())));
    row.bits.iter().flat_map(move |&bits| {
        cpus().flat_map(move |cpu| {
            [(false, Syntax::Intel), (true, Syntax::Att), (false, Syntax::Masm)].map(
                |(big_endian, syntax)| Settings {
                    arch: row.name.to_owned(),
                    bits,
                    big_endian,
                    cpu: cpu.clone(),
                    syntax,
                },
            )
        })
    })
}

fn check(settings: &Settings, decoder: &Decoder, found: &Instruction, given: &[u8]) {
    let context = || format!("{settings:?} {given:02x?} {found:?}");
    assert!(found.size >= 1 && found.size <= given.len(), "{}", context());
    let known_long = matches!(settings.arch.as_str(), "wasm");
    assert!(found.size <= decoder.max_size() || known_long, "{}", context());
    assert!(found.text().chars().all(|mark| mark.is_ascii() && !mark.is_control()), "{}", context());
    let mut end = 0;
    for reference in &found.references {
        assert!(reference.span.start >= end && reference.span.start < reference.span.end, "{}", context());
        end = reference.span.end;
        assert!(found.operands.get(reference.span.clone()).is_some(), "{}", context());
    }
    let named = found.render(true, |_| Some("sym.name".to_owned()));
    assert_eq!(named.matches("sym.name").count(), found.references.len(), "{}", context());
    assert_eq!(found.render(false, |_| None), found.text(), "{}", context());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn decoding_holds_together(
        bytes in proptest::collection::vec(any::<u8>(), 0..64),
        addr in prop_oneof![Just(0), Just(u64::MAX - 3), any::<u64>()],
    ) {
        let mut instruction = Instruction::default();
        for settings in ARCHS.iter().flat_map(modes) {
            let decoder = Decoder::new(&settings).unwrap();
            for at in 0..bytes.len() {
                let (given, addr) = (&bytes[at..], addr.wrapping_add(at as u64));
                if let Some(found) = decoder.decode(given, addr) {
                    check(&settings, &decoder, &found, given);
                    // An `it` just decoded colours what is behind it, so Thumb is asked afresh.
                    let fresh = Decoder::new(&settings).unwrap();
                    if settings.bits != 16 {
                        prop_assert!(fresh.decode_text(given, addr, &mut instruction));
                        prop_assert_eq!(instruction.text(), found.text());
                        prop_assert_eq!(instruction.size, found.size);
                    }
                }
            }
        }
    }

    #[test]
    fn what_instructions_do_can_be_run(bytes in proptest::collection::vec(any::<u8>(), 16..32), addr: u64) {
        for settings in ARCHS.iter().flat_map(modes).filter(|settings| settings.syntax == Syntax::Intel) {
            let decoder = Decoder::new(&settings).unwrap();
            for at in 0..bytes.len() {
                let Some(explanation) = decoder.explain(&bytes[at..], addr) else { continue };
                let text = explanation.instruction.text();
                prop_assert_eq!(decoder.esil(&bytes[at..], addr).unwrap_or_default().0, &explanation.esil as &str);
                let pseudo = decoder.pseudo(&text);
                let is_plain = |text: &str| text.chars().all(|mark| mark.is_ascii() && !mark.is_control());
                prop_assert!(is_plain(&pseudo) || !is_plain(&text), "{settings:?} {text:?}: {pseudo:?}");
                let mut registers = Anything(Registers::new(Profile::new(&settings)));
                if let Err(error) = Machine::default().run(&mut registers, &explanation.esil) {
                    let allowed = matches!(error, Error::Division | Error::Trap(_) | Error::Limit { .. });
                    prop_assert!(allowed, "{settings:?} {text}: {} {error}", explanation.esil);
                }
            }
        }
    }
}

/// Registers, memory of noughts, and no objection to any trap.
struct Anything(Registers);

impl Host for Anything {
    fn register(&mut self, name: &str) -> Option<Register> {
        let profile = self.0.profile().clone();
        let slot = profile.find(name)?;
        Some(Register { value: self.0.value_of(slot), bits: slot.bits })
    }

    fn set_register(&mut self, name: &str, value: u128) -> bool {
        self.0.set(name, value)
    }

    fn read(&mut self, _: u64, bytes: &mut [u8]) -> bool {
        bytes.fill(0);
        true
    }

    fn write(&mut self, _: u64, _: &[u8]) -> bool {
        true
    }

    fn trap(&mut self, _: Trap) -> Result<(), Error> {
        Ok(())
    }
}
