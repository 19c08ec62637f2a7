//! Diagrams of the map as pictures: places in columns, by how far data has come, and curves between them.

use std::collections::{HashMap, HashSet};

use entity::enums::DataMapNodeKind;

use super::diagram::{Arrow, Box, Drawing};

const WIDTH: usize = 190;
const HEIGHT: usize = 34;
/// Between columns, where arrows and what they are for have their place.
const GAP: usize = 150;
/// Between places of a column.
const SPACE: usize = 26;
const MARGIN: usize = 20;
/// What has more characters is cut: it would run over its box.
const LONGEST_LABEL: usize = 24;
/// How often columns are put in order: each time, what belongs together comes nearer.
const ROUNDS: usize = 2;

/// Where a place is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Spot {
    column: usize,
    row: usize,
}

impl Drawing {
    /// As a picture.
    pub(crate) fn svg(&self) -> String {
        let columns = self.columns();
        let tallest = columns.iter().map(Vec::len).max().unwrap_or_default();
        let width = MARGIN * 2 + columns.len() * WIDTH + columns.len().saturating_sub(1) * GAP;
        let height = MARGIN * 2 + tallest.max(1) * (HEIGHT + SPACE) - SPACE;
        let mut spots = HashMap::new();
        for (column, places) in columns.iter().enumerate() {
            for (row, place) in places.iter().enumerate() {
                spots.insert(*place, Spot { column, row });
            }
        }
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n<defs><marker id=\"tip\" \
             viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">\
             <path d=\"M0 0L8 4L0 8z\" fill=\"#555\"/></marker></defs>\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n"
        );
        for bundle in self.bundles() {
            let ends = spots.get(&bundle.from).zip(spots.get(&bundle.to));
            if let Some((from, to)) = ends {
                text.push_str(&bundle.curve(*from, *to));
            }
        }
        for (n, place) in self.boxes.iter().enumerate() {
            if let Some(spot) = spots.get(&n) {
                text.push_str(&place.shape(*spot));
            }
        }
        text.push_str("</svg>\n");
        text
    }

    /// The places in columns: each right of those that it gets data from, as far as no circle keeps it from that; within a
    /// column, near to what it belongs to.
    fn columns(&self) -> Vec<Vec<usize>> {
        let level = self.levels();
        let mut used: Vec<_> = level.clone();
        used.sort_unstable();
        used.dedup();
        let mut columns = vec![Vec::new(); used.len()];
        for (n, level) in level.iter().enumerate() {
            let column = used.binary_search(level).unwrap_or_default();
            if let Some(column) = columns.get_mut(column) {
                column.push(n);
            }
        }
        for _ in 0..ROUNDS {
            self.put_in_order(&mut columns, false);
            self.put_in_order(&mut columns, true);
        }
        columns
    }

    /// How far each place is to the right: one more than any that it gets data from, but for arrows that lead back to where
    /// data came through already.
    fn levels(&self) -> Vec<usize> {
        let mut next = vec![Vec::new(); self.boxes.len()];
        for arrow in &self.arrows {
            if let Some(next) = next.get_mut(arrow.from) {
                next.push(arrow.to);
            }
        }
        let forward = forward(&next);
        let mut level = vec![0; self.boxes.len()];
        // In an order in which each comes after those that it gets data from.
        for from in forward.order {
            let right = level.get(from).copied().unwrap_or_default() + 1;
            for to in next.get(from).into_iter().flatten() {
                if !forward.back.contains(&(from, *to))
                    && let Some(level) = level.get_mut(*to)
                {
                    *level = right.max(*level);
                }
            }
        }
        level
    }

    /// Puts each column in the order of the middle of what its places get data from, or, backwards, give it to.
    fn put_in_order(&self, columns: &mut [Vec<usize>], backwards: bool) {
        let mut at: HashMap<usize, usize> = HashMap::new();
        for column in columns.iter() {
            at.extend(column.iter().enumerate().map(|(row, place)| (*place, row)));
        }
        for column in columns.iter_mut() {
            let mut keyed: Vec<_> = column
                .iter()
                .map(|place| {
                    let near = self.arrows.iter().filter_map(|arrow| {
                        let (own, other) = if backwards {
                            (arrow.from, arrow.to)
                        } else {
                            (arrow.to, arrow.from)
                        };
                        (own == *place).then_some(other)
                    });
                    let rows: Vec<_> = near.filter_map(|other| at.get(&other)).collect();
                    let own = at.get(place).copied().unwrap_or_default();
                    let sum: usize = rows.iter().copied().sum();
                    // In tenths of a row, so that a middle between two is one.
                    let middle = (sum * 10).checked_div(rows.len()).unwrap_or(own * 10);
                    (middle, own, *place)
                })
                .collect();
            keyed.sort_unstable();
            *column = keyed.into_iter().map(|(_, _, place)| place).collect();
        }
    }

    /// Arrows between the same two places, as one.
    fn bundles(&self) -> Vec<Bundle<'_>> {
        let mut bundles: Vec<Bundle<'_>> = Vec::new();
        for arrow in &self.arrows {
            let same = |bundle: &&mut Bundle<'_>| {
                (bundle.from, bundle.to, bundle.is_tie) == (arrow.from, arrow.to, arrow.is_tie)
            };
            match bundles.iter_mut().find(same) {
                Some(bundle) => bundle.arrows.push(arrow),
                None => bundles.push(Bundle {
                    from: arrow.from,
                    to: arrow.to,
                    is_tie: arrow.is_tie,
                    arrows: vec![arrow],
                }),
            }
        }
        bundles
    }
}

/// Places in an order in which arrows lead forward, but for those that lead back.
struct Forward {
    order: Vec<usize>,
    back: HashSet<(usize, usize)>,
}

/// Goes through all places, each time to its end, as far as it was not gone through before (depth first).
fn forward(next: &[Vec<usize>]) -> Forward {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; next.len()];
    let mut found = Forward {
        order: Vec::new(),
        back: HashSet::new(),
    };
    for start in 0..next.len() {
        let mut path = vec![(start, 0)];
        while let Some((here, at)) = path.pop() {
            let Some(mark) = marks.get_mut(here) else {
                continue;
            };
            if at == 0 && *mark != Mark::New {
                continue;
            }
            *mark = Mark::Open;
            match next.get(here).and_then(|next| next.get(at)).copied() {
                Some(to) => {
                    path.push((here, at + 1));
                    match marks.get(to) {
                        Some(Mark::Open) => {
                            found.back.insert((here, to));
                        }
                        Some(Mark::New) => path.push((to, 0)),
                        _ => {}
                    }
                }
                None => {
                    if let Some(mark) = marks.get_mut(here) {
                        *mark = Mark::Done;
                    }
                    found.order.push(here);
                }
            }
        }
    }
    found.order.reverse();
    found
}

struct Bundle<'a> {
    from: usize,
    to: usize,
    is_tie: bool,
    arrows: Vec<&'a Arrow>,
}

impl Bundle<'_> {
    fn curve(&self, from: Spot, to: Spot) -> String {
        let (x1, y1) = (from.x() + WIDTH, from.middle());
        let (x2, y2) = (to.x(), to.middle());
        let bend = GAP / 2;
        let dash = if self.is_tie {
            " stroke-dasharray=\"4 3\""
        } else {
            ""
        };
        let path = if x2 > x1 {
            format!("M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}", x1 + bend, x2 - bend)
        } else {
            // Back, or to itself: around below.
            let low = y1.max(y2) + HEIGHT;
            format!(
                "M{x1} {y1}C{} {low} {} {low} {x2} {y2}",
                x1 + bend,
                x2.saturating_sub(bend)
            )
        };
        let titles: Vec<_> = self
            .arrows
            .iter()
            .map(|arrow| arrow.label.as_str())
            .collect();
        let title = escaped(&titles.join(", "));
        format!(
            "<path d=\"{path}\" fill=\"none\" stroke=\"#777\" stroke-width=\"1.3\"{dash} \
             marker-end=\"url(#tip)\"><title>{title}</title></path>\n"
        )
    }
}

impl Spot {
    fn x(self) -> usize {
        MARGIN + self.column * (WIDTH + GAP)
    }

    fn y(self) -> usize {
        MARGIN + self.row * (HEIGHT + SPACE)
    }

    fn middle(self) -> usize {
        self.y() + HEIGHT / 2
    }
}

impl Box {
    fn shape(&self, spot: Spot) -> String {
        let (x, y) = (spot.x(), spot.y());
        let (fill, radius) = match self.kind {
            DataMapNodeKind::Customer => ("#fdf0d5", HEIGHT / 2),
            DataMapNodeKind::System => ("#dcecfb", 3),
            DataMapNodeKind::Recipient => ("#e3f4e1", 10),
        };
        let (label, title) = (escaped(&cut(&self.label)), escaped(&self.label));
        let (middle, base) = (x + WIDTH / 2, y + HEIGHT / 2 + 4);
        format!(
            "<g><title>{title}</title><rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
             rx=\"{radius}\" fill=\"{fill}\" stroke=\"#555\"/><text x=\"{middle}\" y=\"{base}\" \
             text-anchor=\"middle\" fill=\"#222\">{label}</text></g>\n"
        )
    }
}

fn cut(label: &str) -> String {
    if label.chars().count() <= LONGEST_LABEL {
        return label.to_owned();
    }
    let start: String = label.chars().take(LONGEST_LABEL - 1).collect();
    format!("{start}\u{2026}")
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing(arrows: &[(usize, usize)]) -> Drawing {
        let most = arrows.iter().map(|(from, to)| (*from).max(*to)).max();
        let place = |n: usize| Box {
            kind: DataMapNodeKind::System,
            label: format!("place {n}"),
        };
        Drawing {
            boxes: (0..=most.unwrap_or_default()).map(place).collect(),
            arrows: arrows
                .iter()
                .map(|(from, to)| Arrow {
                    from: *from,
                    to: *to,
                    label: String::new(),
                    is_tie: false,
                })
                .collect(),
        }
    }

    #[test]
    fn each_place_is_right_of_those_that_it_gets_data_from() {
        for (arrows, levels) in [
            (&[(0, 1), (1, 2), (0, 2)][..], &[0, 1, 2][..]),
            (&[(0, 1), (2, 1)], &[0, 1, 0]),
            // Two that sync with each other push nobody on.
            (&[(0, 1), (1, 2), (2, 1), (2, 3), (3, 4)], &[0, 1, 2, 3, 4]),
            (&[(0, 0), (0, 1)], &[0, 1]),
            (&[(0, 1), (1, 2), (2, 0)], &[0, 1, 2]),
        ] {
            assert_eq!(drawing(arrows).levels(), levels, "{arrows:?}");
        }
    }

    #[test]
    fn a_picture_has_all_places_and_one_line_for_each_two() {
        let picture = drawing(&[(0, 1), (0, 1), (1, 2), (2, 0)]).svg();
        assert_eq!(picture.matches("<rect x=").count(), 3);
        assert_eq!(picture.matches("marker-end").count(), 3);
        assert!(!picture.contains("NaN") && picture.ends_with("</svg>\n"));
        assert!(drawing(&[]).svg().contains("place 0"));
    }
}
