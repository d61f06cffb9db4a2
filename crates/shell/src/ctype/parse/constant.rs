//! Constant expressions: lengths of arrays, numbers of bits, values of cases.

use super::Parser;
use crate::ctype::Definition;
use crate::ctype::lex::Kind;
use crate::error::Result;
use crate::render::printable;

impl Parser<'_> {
    /// A constant expression.
    pub(super) fn constant(&mut self) -> Result<i64> {
        self.binary(0)
    }

    fn binary(&mut self, level: usize) -> Result<i64> {
        /// Operators, loosest first.
        const LEVELS: &[&[&str]] = &[&["|"], &["^"], &["&"], &["<<", ">>"], &["+", "-"], &["*", "/", "%"]];
        let Some(operators) = LEVELS.get(level) else { return self.nested(Self::unary) };
        let mut value = self.binary(level + 1)?;
        while let Some(operator) = operators.iter().find(|operator| self.is_mark(operator)) {
            self.at += 1;
            let right = self.binary(level + 1)?;
            let shift = u32::try_from(right).unwrap_or(64);
            let result = match *operator {
                "|" => Some(value | right),
                "^" => Some(value ^ right),
                "&" => Some(value & right),
                "<<" => value.checked_shl(shift),
                ">>" => value.checked_shr(shift),
                "+" => value.checked_add(right),
                "-" => value.checked_sub(right),
                "*" => value.checked_mul(right),
                "/" => value.checked_div(right),
                _ => value.checked_rem(right),
            };
            value = result.ok_or_else(|| self.wrong("the number has no value in 64 bits"))?;
        }
        Ok(value)
    }

    fn unary(&mut self) -> Result<i64> {
        if self.take("-") {
            return Ok(self.nested(Self::unary)?.wrapping_neg());
        }
        if self.take("~") {
            return Ok(!self.nested(Self::unary)?);
        }
        if self.take("+") {
            return self.nested(Self::unary);
        }
        if self.take("(") {
            let value = self.constant()?;
            self.expect(")")?;
            return Ok(value);
        }
        match self.peek().cloned() {
            Some(Kind::Number(value)) => {
                self.at += 1;
                Ok(value)
            }
            Some(Kind::Word(word)) if word == "sizeof" => {
                self.at += 1;
                self.expect("(")?;
                let (base, _) = self.specifiers()?;
                let (_, kind) = self.declarator(base)?;
                self.expect(")")?;
                let size = self.types.extent(&kind, self.model)?.size;
                i64::try_from(size).map_err(|_| self.wrong("the type is too large"))
            }
            Some(Kind::Word(word)) => {
                let value = self.constants.get(&word).copied();
                let value = value.or_else(|| self.case(&word));
                let value = value.ok_or_else(|| self.wrong(&format!("{} is no number", printable(&word))))?;
                self.at += 1;
                Ok(value)
            }
            _ => Err(self.wrong("a number is missing")),
        }
    }

    /// The value of a case of any enum that is defined.
    fn case(&self, name: &str) -> Option<i64> {
        self.types.defined().find_map(|(_, definition)| match definition {
            Definition::Enum { cases } => {
                cases.iter().find(|(case, _)| case == name).map(|(_, value)| *value)
            }
            _ => None,
        })
    }
}
