//! The provider that a demonstration shows: who its customers are, what they hold, and what went out about them.
//!
//! Everything follows from a seed and a number: the same seed gives the same provider, in any order, whatever else is
//! asked for. Names and addresses are made up; networks are those that no one is routed to (RFC 2544, RFC 6598).

use std::time::Duration;

use entity::time::Timestamp;

/// Trading names of the provider.
pub(super) const BRANDS: [&str; 3] = ["Northwind Hosting", "Blue Harbor Cloud", "Kestrel Servers"];

/// How many customers share an address.
const NEIGHBOURS: u64 = 300;
/// One in so many customers resells; those after it are its clients.
const RESELLER_EVERY: u64 = 500;
/// Clients of a reseller.
const CLIENTS: u64 = 24;

const DAY: u64 = 24 * 60 * 60;
/// How far back the provider goes, in days.
const YEARS_BACK: u64 = 10;

const FIRST_NAMES: [&str; 24] = [
    "Ada",
    "Alan",
    "Amara",
    "Bjarne",
    "Chidi",
    "Dolores",
    "Edsger",
    "Fatima",
    "Grace",
    "Hedy",
    "Ines",
    "Jorge",
    "Katherine",
    "Linus",
    "Mei",
    "Niklaus",
    "Olga",
    "Priya",
    "Radia",
    "Sven",
    "Tariq",
    "Ulla",
    "Wei",
    "Yukihiro",
];
const LAST_NAMES: [&str; 24] = [
    "Almeida",
    "Baker",
    "Castro",
    "Dietrich",
    "Eriksen",
    "Fischer",
    "Garcia",
    "Haddad",
    "Ivanova",
    "Jansen",
    "Kowalski",
    "Lindberg",
    "Moreau",
    "Nakamura",
    "Okafor",
    "Petrov",
    "Quinn",
    "Rossi",
    "Schneider",
    "Tanaka",
    "Umarov",
    "Vogel",
    "Weber",
    "Zhang",
];
const COUNTRIES: [&str; 8] = ["US", "DE", "GB", "FR", "NL", "SE", "CA", "IN"];
const MAIL_DOMAINS: [&str; 4] = ["example.org", "example.com", "example.net", "mail.example"];
const PROCESSORS: [&str; 4] = [
    "Cardwell Payments",
    "Payline",
    "Northbank Cards",
    "Ledger & Sons",
];

/// A provider of some size.
#[derive(Debug, Clone, Copy)]
pub(super) struct World {
    /// How many customers it has.
    pub(super) customers: u64,
    /// What tells it from others of its size.
    pub(super) seed: u64,
    /// The last instant of its history.
    pub(super) now: Timestamp,
}

/// A customer of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Client {
    world: World,
    /// Its number: the id that billing gives it.
    pub(super) number: u64,
}

/// What went out about a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outgoing {
    /// The payments of a year.
    Payments {
        /// Who took them.
        processor: &'static str,
        /// The first and the last.
        period: (Timestamp, Timestamp),
        /// How many.
        count: u64,
    },
    /// A domain was registered.
    Registration(Timestamp),
    /// Abuse was reported to a blocklist, by address, domain and instant.
    Blocklist(Timestamp),
    /// A court wanted to know who a customer is.
    CourtOrder(Timestamp),
}

/// `SplitMix64`: a number that looks random and follows from another.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

fn pick<T: Copy>(from: &[T], number: u64) -> Option<T> {
    let count = u64::try_from(from.len()).unwrap_or(1).max(1);
    from.get(usize::try_from(number % count).unwrap_or_default())
        .copied()
}

impl World {
    /// A customer, by number from 1.
    pub(super) fn client(self, number: u64) -> Client {
        Client {
            world: self,
            number,
        }
    }
}

impl Client {
    /// A number that looks random, the same whenever it is asked for.
    fn draw(&self, what: &str) -> u64 {
        let what = what.bytes().fold(0, |sum, byte| mix(sum ^ u64::from(byte)));
        mix(mix(self.world.seed ^ what) ^ self.number)
    }

    /// Whether something is so, in so many of a thousand cases.
    fn chance(&self, what: &str, of_thousand: u64) -> bool {
        self.draw(what) % 1_000 < of_thousand
    }

    fn before_now(&self, seconds: u64) -> Timestamp {
        self.world.now.saturating_sub(Duration::from_secs(seconds))
    }

    /// An instant between two, the same whenever it is asked for.
    fn between(&self, what: &str, from: Timestamp, to: Timestamp) -> Timestamp {
        let whole = to.duration_since(from).as_secs().max(1);
        from.saturating_add(Duration::from_secs(self.draw(what) % whole))
    }

    /// Whether it is a firm.
    pub(super) fn is_firm(&self) -> bool {
        self.is_reseller() || self.chance("firm", 200)
    }

    /// What it is called.
    pub(super) fn name(&self) -> String {
        let first = pick(&FIRST_NAMES, self.draw("first")).unwrap_or_default();
        let last = pick(&LAST_NAMES, self.draw("last")).unwrap_or_default();
        if self.is_reseller() {
            format!("{last} Hosting {}", self.number)
        } else if self.is_firm() {
            format!("{last} & {first} Ltd {}", self.number)
        } else {
            format!("{first} {last}")
        }
    }

    /// Its e-mail address.
    pub(super) fn email(&self) -> String {
        let domain = pick(&MAIL_DOMAINS, self.draw("mail")).unwrap_or_default();
        let last = pick(&LAST_NAMES, self.draw("last")).unwrap_or_default();
        format!("{}.{}@{domain}", last.to_lowercase(), self.number)
    }

    /// Its telephone number, where one is known.
    pub(super) fn phone(&self) -> Option<String> {
        let known = self.chance("phone", 400);
        known.then(|| format!("+4930{:07}", 2_000_000 + self.number % 7_000_000))
    }

    /// Where it is.
    pub(super) fn country(&self) -> &'static str {
        pick(&COUNTRIES, self.draw("country")).unwrap_or("US")
    }

    /// The place of its brand among the provider's.
    pub(super) fn brand(&self) -> usize {
        usize::try_from(self.draw("brand") % 3).unwrap_or_default()
    }

    /// Since when it is known.
    pub(super) fn since(&self) -> Timestamp {
        let age = 30 * DAY + self.draw("since") % (YEARS_BACK * 365 * DAY - 30 * DAY);
        self.before_now(age)
    }

    /// When its last service ended, if it did.
    pub(super) fn until(&self) -> Option<Timestamp> {
        let ended = !self.is_reseller() && self.chance("ended", 120);
        ended.then(|| self.between("end", self.since(), self.world.now))
    }

    fn last_day(&self) -> Timestamp {
        self.until().unwrap_or(self.world.now)
    }

    /// Whether it resells.
    pub(super) fn is_reseller(&self) -> bool {
        self.number % RESELLER_EVERY == 1
    }

    /// The reseller that it is a client of.
    pub(super) fn reseller(&self) -> Option<Self> {
        let place = (self.number - 1) % RESELLER_EVERY;
        let is_client = (1..=CLIENTS).contains(&place);
        is_client.then(|| self.world.client(self.number - place))
    }

    /// Its domain.
    pub(super) fn domain(&self) -> String {
        format!("shop{}.example", self.number)
    }

    /// What it holds, whether others hold it too, from when to when.
    pub(super) fn networks(&self) -> Vec<(String, bool, Timestamp, Option<Timestamp>)> {
        let mut networks = self.planned();
        // Gone before the reseller came, or moved as it came: nothing was held.
        networks.retain(|(_, _, from, until)| until.is_none_or(|until| *from < until));
        networks
    }

    fn planned(&self) -> Vec<(String, bool, Timestamp, Option<Timestamp>)> {
        if self.is_reseller() {
            let block = self.number / RESELLER_EVERY;
            return vec![(carrier(block, 0, 24), false, self.since(), None)];
        }
        if let Some(reseller) = self.reseller() {
            let block = reseller.number / RESELLER_EVERY;
            let place = self.number - reseller.number - 1;
            let from = self.since().max(reseller.since());
            return vec![(carrier(block, 8 * place, 29), false, from, self.until())];
        }
        let here = self.number / NEIGHBOURS;
        if !self.chance("moved", 100) {
            return vec![(benchmark(here), true, self.since(), self.until())];
        }
        // Half-way it was moved to another server.
        let moved = self.between("move", self.since(), self.last_day());
        let there = self.world.customers / NEIGHBOURS + 1 + here;
        vec![
            (benchmark(here), true, self.since(), Some(moved)),
            (benchmark(there), true, moved, self.until()),
        ]
    }

    /// The address of it that others see at an instant, of what it holds.
    pub(super) fn address(&self, at: Timestamp) -> Option<String> {
        let networks = self.networks();
        let held = networks
            .iter()
            .find(|(_, _, from, until)| *from <= at && until.is_none_or(|until| at < until));
        held.map(|(network, ..)| network.split('/').next().unwrap_or_default().to_owned())
    }

    /// What went out about it.
    pub(super) fn outgoing(&self) -> Vec<Outgoing> {
        let mut all = vec![Outgoing::Registration(self.since())];
        let processor = pick(&PROCESSORS, self.draw("processor")).unwrap_or_default();
        let (mut from, last) = (self.since(), self.last_day());
        while from < last {
            let to = from
                .saturating_add(Duration::from_secs(364 * DAY))
                .min(last);
            let months = to.duration_since(from).as_secs() / (30 * DAY) + 1;
            all.push(Outgoing::Payments {
                processor,
                period: (from, to),
                count: months.min(12),
            });
            from = to.saturating_add(Duration::from_secs(DAY));
        }
        if self.chance("abuse", 20) {
            for number in 0..=self.draw("reports") % 5 {
                let at = self.between(&format!("report {number}"), self.since(), last);
                all.push(Outgoing::Blocklist(at));
            }
        }
        if self.chance("court", 1) {
            all.push(Outgoing::CourtOrder(self.between(
                "order",
                self.since(),
                last,
            )));
        }
        all
    }
}

/// Part of a block of the network for carriers (RFC 6598: 100.64.0.0/10).
fn carrier(block: u64, offset: u64, length: u8) -> String {
    let block = block % 16_384;
    format!("100.{}.{}.{offset}/{length}", 64 + block / 256, block % 256)
}

/// An address of the network for benchmarks (RFC 2544: 198.18.0.0/15).
fn benchmark(number: u64) -> String {
    let number = number % 131_072;
    format!(
        "198.{}.{}.{}",
        18 + number / 65_536,
        number / 256 % 256,
        number % 256
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(seed: u64) -> World {
        World {
            customers: 1_000,
            seed,
            now: "2026-11-20T10:00:00Z".parse().unwrap(),
        }
    }

    fn text(world: World) -> String {
        let one = |number| {
            let client = world.client(number);
            format!(
                "{} {} {:?} {:?} {:?}",
                client.name(),
                client.email(),
                client.since(),
                client.networks(),
                client.outgoing()
            )
        };
        (1..=1_000).map(one).collect()
    }

    #[test]
    fn the_same_seed_is_the_same_provider() {
        assert_eq!(text(world(1)), text(world(1)));
        assert_ne!(text(world(1)), text(world(2)));
    }

    #[test]
    fn a_history_keeps_to_its_time() {
        let world = world(7);
        for number in 1..=1_000 {
            let client = world.client(number);
            assert!(client.since() < world.now);
            for (_, _, from, until) in client.networks() {
                assert!(until.is_none_or(|until| from < until), "{number}");
            }
            for outgoing in client.outgoing() {
                if let Outgoing::Payments { period, count, .. } = outgoing {
                    assert!(period.0 <= period.1 && period.1 <= world.now && count >= 1);
                }
            }
        }
    }

    #[test]
    fn there_is_something_of_everything() {
        let world = world(1);
        let all: Vec<_> = (1..=1_000).map(|number| world.client(number)).collect();
        assert_eq!(all.iter().filter(|one| one.is_reseller()).count(), 2);
        assert!(all.iter().any(|one| one.reseller().is_some()));
        assert!(all.iter().any(|one| one.networks().len() == 2));
        assert!(all.iter().any(|one| one.until().is_some()));
        let out: Vec<_> = all.iter().flat_map(Client::outgoing).collect();
        assert!(out.iter().any(|one| matches!(one, Outgoing::Blocklist(_))));
        assert!(out.len() > 3_000);
    }
}
