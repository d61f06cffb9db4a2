//! What `ao` tells of one instruction, as text and as JSON.

use farad_arch::{Decoder, Explanation, Fact, Instruction};
use serde_json::{Map, Value};

use crate::cmd::operand_name;
use crate::emulate;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::parse::hex_digits;
use crate::render::printable;

/// All that is known of an instruction.
pub(super) struct Record {
    /// Its length in bytes.
    pub(super) size: usize,
    addr: u64,
    /// As the settings spell it.
    opcode: String,
    mnemonic: String,
    /// With names in it.
    disasm: String,
    pseudo: String,
    description: Option<&'static str>,
    mask: String,
    bytes: String,
    cost: u64,
    explanation: Explanation,
}

impl Record {
    /// The instruction at the start of `bytes`, if there is one.
    pub(super) fn of(env: &mut Env<'_>, decoder: &Decoder, bytes: &[u8], addr: u64) -> Option<Record> {
        let instruction = decoder.decode(bytes, addr)?;
        let explanation = decoder.explain(bytes, addr)?;
        let bytes = bytes.get(..instruction.size)?;
        let cost = emulate::cost(&env.registers().values, &explanation.esil);
        let disasm = printable(&instruction.render(true, |target| operand_name(env, target)));
        Some(Record {
            size: instruction.size,
            addr,
            opcode: instruction.text(),
            mnemonic: explanation.instruction.mnemonic.rsplit(' ').next().unwrap_or_default().to_owned(),
            pseudo: decoder.pseudo(&disasm),
            description: decoder.describe(&explanation.instruction.mnemonic),
            disasm,
            mask: mask(&instruction, &explanation),
            bytes: hex_digits(bytes),
            cost,
            explanation,
        })
    }

    /// One fact a line.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let mut put = |key: &str, value: String| {
            text.push_str(key);
            text.push_str(": ");
            text.push_str(&value);
            text.push('\n');
        };
        let Explanation { instruction, detail, esil, properties, .. } = &self.explanation;
        let address = |value: u64| format!("{value:#010x}");
        put("address", format!("{:#x}", self.addr));
        put("opcode", self.opcode.clone());
        put("esilcost", self.cost.to_string());
        put("disasm", self.disasm.clone());
        put("pseudo", self.pseudo.clone());
        put("mnemonic", self.mnemonic.clone());
        if let Some(line) = self.description {
            put("description", line.to_owned());
        }
        put("mask", self.mask.clone());
        if properties.prefix != 0 {
            put("prefix", properties.prefix.to_string());
        }
        put("id", detail.id.to_string());
        put("bytes", self.bytes.clone());
        for (key, value) in [("val", properties.value), ("ptr", properties.pointer)] {
            if let Some(value) = value {
                put(key, address(value));
            }
        }
        if let Some(distance) = properties.displacement {
            put("disp", distance.to_string());
        }
        if properties.accessed != 0 {
            put("refptr", properties.accessed.to_string());
        }
        put("size", self.size.to_string());
        put("sign", properties.is_signed.to_string());
        put("type", instruction.kind.name().to_owned());
        put("cycles", properties.cycles.to_string());
        if !esil.is_empty() {
            put("esil", esil.clone());
        }
        if let Some(jump) = instruction.jump {
            put("jump", address(jump));
        }
        if let Some(direction) = properties.direction {
            put("direction", direction.to_owned());
        }
        if let Some(fail) = instruction.fail {
            put("fail", address(fail));
        }
        if let Some(condition) = &properties.condition {
            put("cond", condition.clone());
        }
        put("family", properties.family.to_owned());
        if let Some(stack) = properties.stack {
            put("stackop", stack.to_owned());
            put("stackptr", properties.stack_growth.to_string());
        }
        text
    }

    /// One object.
    ///
    /// # Errors
    /// None that a caller can cause: the object is made of text and numbers.
    pub(super) fn json(&self) -> Result<String> {
        let mut json = Map::new();
        let mut put = |key: &str, value: Value| {
            json.insert(key.to_owned(), value);
        };
        let Explanation { instruction, detail, esil, properties, .. } = &self.explanation;
        put("opcode", self.opcode.as_str().into());
        put("disasm", self.disasm.as_str().into());
        put("pseudo", self.pseudo.as_str().into());
        if let Some(line) = self.description {
            put("description", line.into());
        }
        put("mnemonic", self.mnemonic.as_str().into());
        put("mask", self.mask.as_str().into());
        for (key, value) in [("jump", instruction.jump), ("fail", instruction.fail)] {
            if let Some(value) = value {
                put(key, value.into());
            }
        }
        if !esil.is_empty() {
            put("esil", esil.as_str().into());
        }
        put("sign", properties.is_signed.into());
        if properties.prefix != 0 {
            put("prefix", properties.prefix.into());
        }
        put("id", detail.id.into());
        if let Some(operands) = &detail.operands {
            let operands: Vec<Value> = operands.iter().map(|facts| group(facts)).collect();
            let mut opex = Map::new();
            opex.insert("operands".to_owned(), operands.into());
            opex.extend(detail.facts.iter().map(|(key, fact)| ((*key).to_owned(), value(fact))));
            put("opex", opex.into());
        }
        put("addr", self.addr.into());
        put("bytes", self.bytes.as_str().into());
        if let Some(value) = properties.value {
            put("val", value.into());
        }
        if let Some(distance) = properties.displacement {
            put("disp", (distance as u64).into());
        }
        if let Some(pointer) = properties.pointer {
            put("ptr", pointer.into());
        }
        put("size", self.size.into());
        put("type", instruction.kind.name().into());
        put("esilcost", self.cost.into());
        for (key, name) in [("reg", &properties.register), ("ireg", &properties.index)] {
            if let Some(name) = name {
                put(key, name.as_str().into());
            }
        }
        if properties.accessed != 0 {
            put("refptr", properties.accessed.into());
        }
        put("cycles", properties.cycles.into());
        put("failcycles", 0.into());
        put("delay", properties.delay.into());
        if let Some(stack) = properties.stack {
            put("stack", stack.into());
        }
        put("stackptr", (properties.stack_growth as u64).into());
        if let Some(direction) = properties.direction {
            put("direction", direction.into());
        }
        if let Some(condition) = &properties.condition {
            put("cond", condition.as_str().into());
        }
        put("family", properties.family.into());
        serde_json::to_string(&json).map_err(|error| Error::failed(error.to_string()))
    }
}

/// Which bits of an instruction stay when it is moved or linked anew: all of them, but behind the opcode
/// of one that names an address.
fn mask(instruction: &Instruction, explanation: &Explanation) -> String {
    let named = explanation.properties.pointer.is_some() || instruction.jump.is_some();
    let kept = match explanation.detail.opcode_size {
        _ if !named || instruction.size < 2 => instruction.size,
        0 => 1,
        size => size.min(instruction.size),
    };
    format!("{}{}", "ff".repeat(kept), "00".repeat(instruction.size - kept))
}

fn group(facts: &[(&'static str, Fact)]) -> Value {
    facts.iter().map(|(key, fact)| ((*key).to_owned(), value(fact))).collect::<Map<_, _>>().into()
}

fn value(fact: &Fact) -> Value {
    match fact {
        Fact::Number(number) => (*number).into(),
        Fact::Float(number) => (*number).into(),
        Fact::Word(word) => word.as_str().into(),
        Fact::True => true.into(),
        Fact::Group(facts) => group(facts),
    }
}
