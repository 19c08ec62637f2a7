//! Where data comes from and goes to, over several steps.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::Hash;

/// That data goes from one place to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edge<N, F> {
    /// From where.
    pub(crate) from: N,
    /// To where.
    pub(crate) to: N,
    /// By which flow; none where one place runs the other, or engages it.
    pub(crate) by: Option<F>,
}

/// A place that data gets to, or comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step<N, F> {
    /// Which.
    pub(crate) node: N,
    /// Over how many steps, at the least.
    pub(crate) distance: u32,
    /// By which flows of the last of these steps.
    pub(crate) by: Vec<F>,
}

/// Which way is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// To where data comes from.
    Up,
    /// To where it goes.
    Down,
}

/// The places that data of a place comes from, or goes to, the nearest first; each once, and not the place itself.
pub(crate) fn reach<N, F>(edges: &[Edge<N, F>], start: N, direction: Direction) -> Vec<Step<N, F>>
where
    N: Copy + Eq + Hash + Ord,
    F: Copy,
{
    let mut next: HashMap<N, BTreeMap<N, Vec<F>>> = HashMap::new();
    for edge in edges {
        let (here, there) = match direction {
            Direction::Up => (edge.to, edge.from),
            Direction::Down => (edge.from, edge.to),
        };
        let by = next.entry(here).or_default().entry(there).or_default();
        by.extend(edge.by);
    }
    let mut seen: HashMap<N, Option<usize>> = HashMap::from([(start, None)]);
    let mut found: Vec<Step<N, F>> = Vec::new();
    let mut waiting = VecDeque::from([(start, 0)]);
    while let Some((here, distance)) = waiting.pop_front() {
        for (there, by) in next.remove(&here).unwrap_or_default() {
            match seen.get(&there) {
                None => {
                    seen.insert(there, Some(found.len()));
                    waiting.push_back((there, distance + 1));
                    found.push(Step {
                        node: there,
                        distance: distance + 1,
                        by,
                    });
                }
                // Another way of the same length.
                Some(at) => {
                    let step = at.and_then(|at| found.get_mut(at));
                    if let Some(step) = step.filter(|step| step.distance == distance + 1) {
                        step.by.extend(by);
                    }
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(from: u8, to: u8, by: u8) -> Edge<u8, u8> {
        Edge {
            from,
            to,
            by: Some(by),
        }
    }

    fn reached(edges: &[Edge<u8, u8>], start: u8, direction: Direction) -> Vec<(u8, u32, Vec<u8>)> {
        let steps = reach(edges, start, direction).into_iter();
        steps
            .map(|step| (step.node, step.distance, step.by))
            .collect()
    }

    #[test]
    fn data_is_followed_over_all_steps_and_circles_end() {
        // 0 -> 1 -> 2 -> 3, with a circle from 2 to 1, two ways from 1 to 2, and 4 apart.
        let edges = [
            edge(0, 1, 10),
            edge(1, 2, 11),
            edge(1, 2, 12),
            edge(2, 3, 13),
            edge(2, 1, 14),
            edge(4, 3, 15),
        ];
        assert_eq!(
            reached(&edges, 0, Direction::Down),
            [(1, 1, vec![10]), (2, 2, vec![11, 12]), (3, 3, vec![13])]
        );
        assert_eq!(
            reached(&edges, 3, Direction::Up),
            [
                (2, 1, vec![13]),
                (4, 1, vec![15]),
                (1, 2, vec![11, 12]),
                (0, 3, vec![10])
            ]
        );
        assert_eq!(reached(&edges, 3, Direction::Down), []);
        assert_eq!(reached(&edges, 9, Direction::Down), []);
    }

    #[test]
    fn ways_of_the_same_length_are_all_named() {
        let edges = [
            edge(0, 1, 10),
            edge(0, 2, 11),
            edge(1, 3, 12),
            edge(2, 3, 13),
            edge(1, 2, 14),
        ];
        let found = reached(&edges, 0, Direction::Down);
        assert_eq!(
            found,
            [(1, 1, vec![10]), (2, 1, vec![11]), (3, 2, vec![12, 13])]
        );
    }
}
