//! The export trie: exported names, each letter shared with the others that start alike.

use crate::source::Reader;

/// The deepest path followed. Names are shorter, and a trie that leads back into itself has no end.
const DEPTH: usize = 256;
/// The longest name kept, in bytes.
const NAME_LIMIT: usize = 4096;

/// Names and addresses, counted from the image's base, in the order of the trie. At most `limit` of them.
pub(super) fn read(trie: &[u8], limit: usize, reader: &Reader<'_>) -> Vec<(String, u64)> {
    let mut names = Vec::new();
    // Every node is looked at once: a valid trie leads to each only once.
    let mut seen = vec![false; trie.len()];
    let mut path = vec![(0, Vec::new())];
    while let Some((at, name)) = path.pop() {
        if names.len() >= limit || path.len() > DEPTH * 16 || name.len() > NAME_LIMIT {
            break;
        }
        match seen.get_mut(at) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        let Some(node) = Node::read(trie, at) else { continue };
        if let Some(address) = node.address {
            names.push((reader.keep(&String::from_utf8_lossy(&name)), address));
        }
        for (label, child) in node.children.into_iter().rev() {
            path.push((child, [&name[..], label].concat()));
        }
    }
    names
}

struct Node<'a> {
    address: Option<u64>,
    children: Vec<(&'a [u8], usize)>,
}

impl<'a> Node<'a> {
    fn read(trie: &'a [u8], mut at: usize) -> Option<Self> {
        let size = usize::try_from(number(trie, &mut at)?).ok()?;
        let mut inside = at;
        let mut address = None;
        if size > 0 {
            let flags = number(trie, &mut inside)?;
            // 8: it is another library's; 16: a stub comes first, and its address is what callers get.
            if flags & 8 == 0 {
                address = Some(number(trie, &mut inside)?);
            }
        }
        at = at.checked_add(size)?;
        let count = *trie.get(at)?;
        at += 1;
        let mut children = Vec::new();
        for _ in 0..count {
            let rest = trie.get(at..)?;
            let end = rest.iter().position(|&byte| byte == 0)?;
            at += end + 1;
            children.push((&rest[..end], usize::try_from(number(trie, &mut at)?).ok()?));
        }
        Some(Self { address, children })
    }
}

/// An unsigned number of seven bits a byte, the lowest first.
pub(super) fn number(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trie_that_leads_back_ends() {
        // One node, with a child that is the node itself.
        let trie = vec![0, 1, b'a', 0, 0];
        assert!(read(&trie, 1000, &Reader::open(&trie).unwrap()).is_empty());
    }
}
