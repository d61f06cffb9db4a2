//! Columns: where in its layer each item stands, from left to right.
//!
//! Items are moved, layer by layer, as near as they can to the middle of what they are connected to,
//! neighbours keeping their distance: least squares under an order, which pooling neighbours that push
//! each other solves (Ayer et al., 1955). Then the bends of an edge are put straight above each other
//! (the linear segments of Sander, 1996), and what stands between them is moved again.

use super::layer::Layers;
use super::layout::Fault;

/// How often layers are gone over, down and up.
const ROUNDS: usize = 4;

/// Gives each item its middle column; the leftmost column in use is 0.
///
/// # Errors
/// When `check` says to stop.
pub(super) fn place(layers: &mut Layers, check: &mut dyn FnMut() -> bool) -> Result<(), Fault> {
    let mut at = vec![0; layers.items.len()];
    for layer in &layers.layers {
        layer.iter().enumerate().for_each(|(place, item)| at[*item] = place);
    }
    let straights = straights(layers, &at);
    pack(layers, &[]);
    sweep(layers, false, check)?;
    if !straights.is_empty() {
        for straight in &straights {
            let middle = mean(layers, straight).unwrap_or_default();
            straight.iter().for_each(|bend| layers.items[*bend].center = middle);
        }
        pack(layers, &straights);
    }
    for _ in 0..ROUNDS {
        sweep(layers, true, check)?;
        straights.iter().for_each(|straight| shift(layers, straight, &at));
    }
    for index in (0..layers.layers.len()).rev() {
        draw_near(layers, index, false, true);
    }
    let left = |item: &super::layer::Item| item.center - (item.width / 2) as f64;
    let least = layers.items.iter().map(left).fold(f64::INFINITY, f64::min);
    for item in &mut layers.items {
        // What should be a whole number may have lost a little.
        item.center = (item.center - least + 1e-6).floor();
    }
    Ok(())
}

/// Goes over all layers, down and up.
fn sweep(layers: &mut Layers, is_fixed: bool, check: &mut dyn FnMut() -> bool) -> Result<(), Fault> {
    let count = layers.layers.len();
    let down = (0..count).map(|index| (index, true));
    let up = (0..count).rev().map(|index| (index, false));
    for (index, is_down) in down.chain(up) {
        if !check() {
            return Err(Fault::Stopped);
        }
        draw_near(layers, index, is_down, is_fixed);
    }
    Ok(())
}

/// The bends that stand straight above each other: those of one edge. Where two such lines would cross,
/// the one from farther right is cut.
fn straights(layers: &Layers, at: &[usize]) -> Vec<Vec<usize>> {
    let mut is_cut = vec![false; layers.items.len()];
    for layer in &layers.layers {
        let mut rightmost = None;
        for item in layer.iter().copied() {
            if layers.items[item].bend_of.is_none() {
                continue;
            }
            let above = layers.items[item].above.first().copied();
            let Some(above) = above.filter(|above| layers.items[*above].bend_of.is_some()) else { continue };
            if rightmost.is_some_and(|rightmost| at[above] < rightmost) {
                is_cut[item] = true;
            } else {
                rightmost = Some(at[above]);
            }
        }
    }
    let mut all = Vec::new();
    for chain in &layers.chains {
        let bends = chain.get(1..chain.len().saturating_sub(1)).unwrap_or_default();
        for bend in bends.iter().copied() {
            match all.last_mut() {
                Some(last) if bend != bends[0] && !is_cut[bend] => Vec::push(last, bend),
                _ => all.push(vec![bend]),
            }
        }
    }
    all
}

/// Moves all to the right until neighbours have their distance and straight lines are straight.
fn pack(layers: &mut Layers, straights: &[Vec<usize>]) {
    // Units are what moves together: a line, or a node.
    let mut unit_of: Vec<usize> = (0..layers.items.len()).collect();
    for straight in straights {
        straight.iter().for_each(|bend| unit_of[*bend] = straight[0]);
    }
    let mut right_of = vec![Vec::new(); layers.items.len()];
    let mut waits = vec![0_usize; layers.items.len()];
    let mut least: Vec<f64> = layers.items.iter().map(|item| item.center).collect();
    for layer in &layers.layers {
        for pair in layer.windows(2) {
            let (left, right) = (unit_of[pair[0]], unit_of[pair[1]]);
            right_of[left].push((right, layers.distance(pair[0], pair[1]) as f64));
            waits[right] += 1;
        }
    }
    let mut ready: Vec<usize> =
        (0..unit_of.len()).filter(|unit| unit_of[*unit] == *unit && waits[*unit] == 0).collect();
    while let Some(unit) = ready.pop() {
        for (right, distance) in right_of[unit].iter().copied() {
            least[right] = least[right].max(least[unit] + distance);
            waits[right] -= 1;
            if waits[right] == 0 {
                ready.push(right);
            }
        }
    }
    for (item, unit) in layers.items.iter_mut().zip(unit_of) {
        item.center = least[unit];
    }
}

/// The mean of the middles of items.
fn mean(layers: &Layers, of: &[usize]) -> Option<f64> {
    let sum: f64 = of.iter().map(|item| layers.items[*item].center).sum();
    (!of.is_empty()).then(|| sum / of.len() as f64)
}

/// Moves the items of a layer near to what is above them, or below; bends only when they are not fixed.
fn draw_near(layers: &mut Layers, index: usize, is_down: bool, is_fixed: bool) {
    let layer = std::mem::take(&mut layers.layers[index]);
    let is_bend = |item: &usize| is_fixed && layers.items[*item].bend_of.is_some();
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut start = 0;
    for (at, item) in layer.iter().enumerate() {
        if is_bend(item) {
            runs.push((start, at));
            start = at + 1;
        }
    }
    runs.push((start, layer.len()));
    for (from, to) in runs.into_iter().filter(|(from, to)| from < to) {
        place_run(layers, &layer, from, to, is_down);
    }
    layers.layers[index] = layer;
}

/// Moves the items of a layer from one place to another, which stand between fixed ones.
fn place_run(layers: &mut Layers, layer: &[usize], from: usize, to: usize, is_down: bool) {
    let run = &layer[from..to];
    // Columns less the least distance from the first: what is left must only not descend.
    let mut offset = 0;
    let mut offsets = vec![0];
    for pair in run.windows(2) {
        offset += layers.distance(pair[0], pair[1]);
        offsets.push(offset);
    }
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (item, offset) in run.iter().copied().zip(&offsets) {
        let known = &layers.items[item];
        let near = mean(layers, if is_down { &known.above } else { &known.below });
        let mut pool = (near.unwrap_or(known.center) - *offset as f64, 1);
        while let Some((value, count)) = pools.last().copied().filter(|(value, _)| *value > pool.0) {
            pools.pop();
            let all = count + pool.1;
            pool = ((value * count as f64 + pool.0 * pool.1 as f64) / all as f64, all);
        }
        pools.push(pool);
    }
    let least = from.checked_sub(1).map_or(f64::NEG_INFINITY, |left| {
        layers.items[layer[left]].center + layers.distance(layer[left], layer[from]) as f64
    });
    let most = layer.get(to).map_or(f64::INFINITY, |right| {
        let last = layer[to - 1];
        layers.items[*right].center - (layers.distance(last, *right) + offset) as f64
    });
    let columns = pools.into_iter().flat_map(|(value, count)| std::iter::repeat_n(value, count));
    for ((item, offset), column) in run.iter().zip(offsets).zip(columns) {
        // Where there is too little room, what is left of it holds.
        layers.items[*item].center = column.min(most).max(least) + offset as f64;
    }
}

/// Moves a straight line towards its ends, as far as its neighbours let it.
fn shift(layers: &mut Layers, straight: &[usize], at: &[usize]) {
    let (first, last) = (straight[0], straight[straight.len() - 1]);
    let ends = [layers.items[first].above.clone(), layers.items[last].below.clone()].concat();
    let Some(wanted) = mean(layers, &ends) else { return };
    let (mut least, mut most) = (f64::NEG_INFINITY, f64::INFINITY);
    for bend in straight.iter().copied() {
        let layer = &layers.layers[layers.items[bend].layer];
        if let Some(left) = at[bend].checked_sub(1) {
            let left = layer[left];
            least = least.max(layers.items[left].center + layers.distance(left, bend) as f64);
        }
        if let Some(right) = layer.get(at[bend] + 1).copied() {
            most = most.min(layers.items[right].center - layers.distance(bend, right) as f64);
        }
    }
    if least <= most {
        let column = wanted.clamp(least, most);
        straight.iter().for_each(|bend| layers.items[*bend].center = column);
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::Limits;
    use super::super::order::uncross;
    use super::*;
    use proptest::prelude::*;

    fn placed(widths: &[i64], edges: &[(usize, usize)]) -> Layers {
        let sizes: Vec<(i64, i64)> = widths.iter().map(|width| (*width, 3)).collect();
        let mut layers = Layers::new(&sizes, edges, &Limits::default()).unwrap();
        uncross(&mut layers, &mut || true).unwrap();
        place(&mut layers, &mut || true).unwrap();
        layers
    }

    fn lefts(layers: &Layers) -> Vec<i64> {
        layers.items.iter().map(|item| item.center as i64 - item.width / 2).collect()
    }

    #[test]
    fn nodes_stand_above_the_middle_of_what_they_lead_to() {
        let tree = placed(&[22; 6], &[(0, 1), (0, 2), (1, 3), (1, 4), (1, 5)]);
        assert_eq!(lefts(&tree)[1..], [26, lefts(&tree)[2], 0, 26, 52]);
        let diamond = placed(&[22, 62, 22, 22], &[(0, 1), (0, 2), (1, 3), (2, 3)]);
        assert_eq!(lefts(&diamond), [43, 0, 66, 43]);
        // An edge past a node is beside it.
        let triangle = placed(&[22; 3], &[(0, 1), (1, 2), (0, 2)]);
        assert_eq!(lefts(&triangle), [7, 0, 7, 26]);
    }

    #[test]
    fn long_edges_are_straight_beside_wide_nodes() {
        let edges = [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4)];
        let layers = placed(&[22, 22, 80, 22, 22], &edges);
        let bends: Vec<f64> = layers.items[5..].iter().map(|item| item.center).collect();
        assert_eq!(bends, [84.0; 3]);
    }

    proptest! {
        #[test]
        fn neighbours_keep_their_distance(
            widths in prop::collection::vec(22_i64..60, 2..14),
            pairs in prop::collection::vec((0_usize..14, 0_usize..14), 0..24),
        ) {
            let count = widths.len();
            let edges: Vec<(usize, usize)> = pairs.iter().map(|(a, b)| (a % count, b % count)).collect();
            let layers = placed(&widths, &edges);
            for layer in &layers.layers {
                for pair in layer.windows(2) {
                    let apart = layers.items[pair[1]].center - layers.items[pair[0]].center;
                    prop_assert!(apart >= layers.distance(pair[0], pair[1]) as f64);
                }
            }
            prop_assert_eq!(lefts(&layers).into_iter().min(), Some(0));
        }
    }
}
