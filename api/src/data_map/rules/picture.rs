//! Diagrams of the map as pictures: places in columns, by how far data has come, and curves between them.

use std::collections::HashMap;
use std::fmt::Write as _;

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
                push(&mut text, &bundle.curve(*from, *to));
            }
        }
        for (n, place) in self.boxes.iter().enumerate() {
            if let Some(spot) = spots.get(&n) {
                push(&mut text, &place.shape(*spot));
            }
        }
        text.push_str("</svg>\n");
        text
    }

    /// The places in columns: each right of those that it gets data from, as far as no circle keeps it from that; within a
    /// column, near to what it belongs to.
    fn columns(&self) -> Vec<Vec<usize>> {
        let mut level = vec![0_usize; self.boxes.len()];
        // A circle would push its places on for ever: no way is longer than there are places.
        for _ in 0..self.boxes.len().min(12) {
            for arrow in &self.arrows {
                let from = level.get(arrow.from).copied().unwrap_or_default();
                if let Some(to) = level.get_mut(arrow.to)
                    && arrow.from != arrow.to
                    && *to <= from
                    && from < 11
                {
                    *to = from + 1;
                }
            }
        }
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
                (bundle.from, bundle.to, bundle.is_host) == (arrow.from, arrow.to, arrow.is_host)
            };
            match bundles.iter_mut().find(same) {
                Some(bundle) => bundle.arrows.push(arrow),
                None => bundles.push(Bundle {
                    from: arrow.from,
                    to: arrow.to,
                    is_host: arrow.is_host,
                    arrows: vec![arrow],
                }),
            }
        }
        bundles
    }
}

struct Bundle<'a> {
    from: usize,
    to: usize,
    is_host: bool,
    arrows: Vec<&'a Arrow>,
}

impl Bundle<'_> {
    fn curve(&self, from: Spot, to: Spot) -> String {
        let (x1, y1) = (from.x() + WIDTH, from.middle());
        let (x2, y2) = (to.x(), to.middle());
        let bend = GAP / 2;
        let dash = if self.is_host {
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

/// Adds a part; that to a text never fails.
fn push(text: &mut String, part: &str) {
    if text.write_str(part).is_err() {
        tracing::error!("a part of a picture could not be written");
    }
}
