//! A range as a picture that one recognises: `pk` (the drunken bishop of OpenSSH's host keys; D.
//! Loss et al., "The drunken bishop", 2009).

use super::range::Range;
use crate::error::Result;
use crate::eval::Env;
use crate::registry::Args;

/// The field, in squares.
const WIDTH: usize = 17;
const HEIGHT: usize = 9;
/// What a square shows that was visited so often; the last two are where the walk began and ended.
const MARKS: &[u8; 17] = b" .o+=*BOX@%&#/^SE";

/// Where a walk has been.
struct Field {
    visits: [[u8; WIDTH]; HEIGHT],
    x: usize,
    y: usize,
}

impl Field {
    fn new() -> Field {
        Field { visits: [[0; WIDTH]; HEIGHT], x: WIDTH / 2, y: HEIGHT / 2 }
    }

    /// Four steps: the lowest bits say right or left and down or up.
    fn walk(&mut self, byte: u8) {
        for step in (0..8).step_by(2).map(|shift| byte >> shift) {
            self.x = if step & 1 == 1 { (self.x + 1).min(WIDTH - 1) } else { self.x.saturating_sub(1) };
            self.y = if step & 2 == 2 { (self.y + 1).min(HEIGHT - 1) } else { self.y.saturating_sub(1) };
            let visits = &mut self.visits[self.y][self.x];
            *visits = (*visits + 1).min(MARKS.len() as u8 - 3);
        }
    }

    fn rows(mut self) -> Vec<String> {
        self.visits[HEIGHT / 2][WIDTH / 2] = MARKS.len() as u8 - 2;
        self.visits[self.y][self.x] = MARKS.len() as u8 - 1;
        let mark = |visits: &u8| char::from(MARKS[usize::from(*visits)]);
        self.visits.iter().map(|row| row.iter().map(mark).collect()).collect()
    }
}

/// Prints the picture of a range.
pub(super) fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    if range.len == 0 {
        return Ok(());
    }
    let mut field = Field::new();
    let mut chunks = range.chunks(1);
    while let Some(chunk) = chunks.next(env)? {
        chunk.bytes.iter().for_each(|byte| field.walk(*byte));
    }
    let title = format!("--[{:#010x}]-", env.view.seek);
    writeln!(env.out, "+{title:-<WIDTH$}+")?;
    for row in field.rows() {
        writeln!(env.out, "|{row}|")?;
    }
    Ok(writeln!(env.out, "+{}+", "-".repeat(WIDTH))?)
}
