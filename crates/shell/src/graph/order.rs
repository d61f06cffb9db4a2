//! Order within layers: going down and up, neighbours change places where that leaves fewer edges to
//! the layer before crossed. The best order met is kept.

use super::layer::Layers;
use super::layout::Fault;

/// Most sweeps over all layers, down and up.
const SWEEPS: usize = 16;

/// Orders the items of each layer.
///
/// # Errors
/// When `check` says to stop.
pub(super) fn uncross(layers: &mut Layers, check: &mut dyn FnMut() -> bool) -> Result<(), Fault> {
    let mut place = vec![0; layers.items.len()];
    for layer in &layers.layers {
        note(&mut place, layer);
    }
    let mut least = total(layers, &place);
    let mut best = layers.layers.clone();
    for _ in 0..SWEEPS {
        let mut is_changed = false;
        let count = layers.layers.len();
        let down = (0..count).map(|index| (index, true));
        let up = (0..count).rev().map(|index| (index, false));
        for (index, is_down) in down.chain(up) {
            if !check() {
                return Err(Fault::Stopped);
            }
            is_changed |= sweep(layers, index, is_down, &mut place);
        }
        let crossed = total(layers, &place);
        if crossed < least {
            least = crossed;
            best = layers.layers.clone();
        }
        if !is_changed || least == 0 {
            break;
        }
    }
    layers.layers = best;
    Ok(())
}

/// Writes down where in its layer each item stands.
fn note(place: &mut [usize], layer: &[usize]) {
    for (at, item) in layer.iter().enumerate() {
        place[*item] = at;
    }
}

/// Exchanges neighbours in a layer until none are that cross more than they would; whether any were.
fn sweep(layers: &mut Layers, index: usize, is_down: bool, place: &mut [usize]) -> bool {
    let mut layer = std::mem::take(&mut layers.layers[index]);
    let ends = |item: usize| {
        let known = &layers.items[item];
        let mut ends: Vec<usize> =
            if is_down { &known.above } else { &known.below }.iter().map(|end| place[*end]).collect();
        ends.sort_unstable();
        ends
    };
    let mut ends: Vec<Vec<usize>> = layer.iter().copied().map(ends).collect();
    let mut is_changed = false;
    // Each pass brings one more to its place; a long layer is left to the next sweep.
    for _ in 0..layer.len().min(SWEEPS) {
        let mut is_swapped = false;
        for at in 1..layer.len() {
            if crossings(&ends[at], &ends[at - 1]) < crossings(&ends[at - 1], &ends[at]) {
                layer.swap(at - 1, at);
                ends.swap(at - 1, at);
                is_swapped = true;
            }
        }
        is_changed |= is_swapped;
        if !is_swapped {
            break;
        }
    }
    note(place, &layer);
    layers.layers[index] = layer;
    is_changed
}

/// How often the edges of two neighbours cross, by the sorted places of their other ends.
fn crossings(left: &[usize], right: &[usize]) -> usize {
    left.iter().map(|from| right.partition_point(|to| to < from)).sum()
}

/// How often edges cross in all.
fn total(layers: &Layers, place: &[usize]) -> usize {
    let between = |layer: &Vec<usize>| {
        let mut edges: Vec<(usize, usize)> = Vec::new();
        for item in layer {
            edges.extend(layers.items[*item].below.iter().map(|end| (place[*item], place[*end])));
        }
        edges.sort_unstable();
        inversions(&mut edges.into_iter().map(|(_, to)| to).collect::<Vec<_>>())
    };
    layers.layers.iter().map(between).sum()
}

/// How many pairs of numbers stand the wrong way around; sorts them.
fn inversions(numbers: &mut [usize]) -> usize {
    if numbers.len() < 2 {
        return 0;
    }
    let (left, right) = numbers.split_at_mut(numbers.len() / 2);
    let within = inversions(left) + inversions(right);
    let across: usize = left.iter().map(|one| right.partition_point(|other| other < one)).sum();
    numbers.sort_unstable();
    within + across
}

#[cfg(test)]
mod tests {
    use super::super::layout::Limits;
    use super::*;

    fn layers(count: usize, edges: &[(usize, usize)]) -> Layers {
        Layers::new(&vec![(22, 3); count], edges, &Limits::default()).unwrap()
    }

    #[test]
    fn edges_are_uncrossed() {
        // 0 leads to 1 and 2, these to 4 and 3.
        let mut found = layers(5, &[(0, 1), (0, 2), (1, 4), (2, 3)]);
        uncross(&mut found, &mut || true).unwrap();
        assert_eq!(found.layers, [vec![0], vec![1, 2], vec![4, 3]]);
        assert!(matches!(uncross(&mut found, &mut || false), Err(Fault::Stopped)));
    }

    #[test]
    fn long_edges_do_not_cross_for_want_of_a_first_step() {
        // Past layers go 2 to 4, and 1 to 5.
        let edges = [(0, 1), (0, 2), (1, 3), (2, 5), (3, 4), (4, 5), (1, 4)];
        let mut found = layers(6, &edges);
        uncross(&mut found, &mut || true).unwrap();
        let mut place = vec![0; found.items.len()];
        found.layers.iter().for_each(|layer| note(&mut place, layer));
        assert_eq!(total(&found, &place), 0);
    }

    #[test]
    fn inversions_are_counted() {
        assert_eq!(inversions(&mut [3, 1, 2, 2, 0]), 7);
        assert_eq!(inversions(&mut [1, 1, 2]), 0);
    }
}
