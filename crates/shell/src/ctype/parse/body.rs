//! What stands between braces: members of structs and unions, cases of enums.

use super::{MEMBERS, Parser};
use crate::ctype::{Definition, Member, Type};
use crate::error::{Error, Result};
use crate::render::printable;

impl Parser<'_> {
    /// `struct name { … }` and its like.
    pub(super) fn tagged(&mut self) -> Result<Type> {
        let tag = self.word().unwrap_or_default().to_owned();
        self.at += 1;
        self.packed = false;
        self.skip_ignored()?;
        let mut packed = self.packed;
        let name = match self.word() {
            Some(name) => {
                let name = name.to_owned();
                self.at += 1;
                Some(name)
            }
            None => None,
        };
        let has_body = self.is_mark("{");
        if name.is_none() && !has_body {
            return Err(self.wrong(&format!("the name of the {tag} is missing")));
        }
        let body = self.at;
        if !has_body {
            return Ok(of_tag(&tag, name.unwrap_or_default()));
        }
        // A struct without a name has that of the first name declared with it.
        let end = {
            self.skip_balanced("{", "}")?;
            self.packed = false;
            self.skip_ignored()?;
            packed |= self.packed;
            self.at
        };
        let anonymous = name.is_none() && self.word().is_none();
        let name = name.unwrap_or_else(|| {
            let number = format!("anon_{}", self.types.named.len());
            let own = self.word().unwrap_or(&number);
            self.outer.as_ref().map_or(own.to_owned(), |outer| format!("{outer}_{own}"))
        });
        self.at = body;
        let outer = self.outer.replace(name.clone());
        let definition = self.nested(|parser| match tag.as_str() {
            "enum" => parser.cases().map(|cases| Definition::Enum { cases }),
            "union" => parser.members(&name).map(|members| Definition::Union { members }),
            _ => parser.members(&name).map(|members| Definition::Struct { members, packed }),
        })?;
        self.outer = outer;
        self.anonymous = anonymous;
        self.types.define(&name, definition)?;
        self.at = end;
        Ok(of_tag(&tag, name))
    }

    fn members(&mut self, outer: &str) -> Result<Vec<Member>> {
        self.expect("{")?;
        let mut members = Vec::new();
        while !self.take("}") {
            self.anonymous = false;
            let (base, _) = self.specifiers()?;
            if self.take(";") {
                // A struct or union without any name is a member all the same.
                if self.anonymous && !matches!(base, Type::Enum(_)) {
                    members.push(Member { name: format!("_{}", members.len()), kind: base, bits: None });
                }
                continue;
            }
            loop {
                let (name, kind) = match self.is_mark(":") {
                    true => (None, base.clone()),
                    false => self.declarator(base.clone())?,
                };
                let bits = match self.take(":") {
                    true => Some(
                        u32::try_from(self.constant()?).map_err(|_| self.wrong("bits are counted from 0"))?,
                    ),
                    false => None,
                };
                self.skip_ignored()?;
                if members.len() >= MEMBERS {
                    return Err(Error::Limit { what: "the members of a struct", limit: MEMBERS.to_string() });
                }
                if name.is_none() && bits.is_none() {
                    return Err(
                        self.wrong(&format!("the name of a member of {} is missing", printable(outer)))
                    );
                }
                members.push(Member { name: name.unwrap_or_default(), kind, bits });
                if !self.take(",") {
                    break;
                }
            }
            self.expect(";")?;
        }
        Ok(members)
    }

    fn cases(&mut self) -> Result<Vec<(String, i64)>> {
        self.expect("{")?;
        let (mut cases, mut next) = (Vec::new(), 0_i64);
        while !self.take("}") {
            let name = self.word().ok_or_else(|| self.wrong("the name of a case is missing"))?.to_owned();
            self.at += 1;
            self.skip_ignored()?;
            if self.take("=") {
                next = self.constant()?;
            }
            if cases.len() >= MEMBERS {
                return Err(Error::Limit { what: "the cases of an enum", limit: MEMBERS.to_string() });
            }
            self.constants.insert(name.clone(), next);
            cases.push((name, next));
            next = next.wrapping_add(1);
            if !self.take(",") && !self.is_mark("}") {
                return Err(self.wrong(", is missing"));
            }
        }
        Ok(cases)
    }
}

fn of_tag(tag: &str, name: String) -> Type {
    match tag {
        "union" => Type::Union(name),
        "enum" => Type::Enum(name),
        _ => Type::Struct(name),
    }
}
