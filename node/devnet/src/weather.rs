//! What lies between two peers at the moment: a delay, or nothing passes.

use crate::Failed;
use std::{str::FromStr, time::Duration};

/// The weather of the whole network.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Weather {
    /// One way.
    pub delay: Duration,
    /// Which group each peer is in; peers of different groups do not reach each other. Empty: all in one.
    pub groups: Vec<usize>,
}

impl Weather {
    /// True when nothing passes between the two.
    #[must_use]
    pub fn cuts(&self, one: usize, other: usize) -> bool {
        self.groups.get(one) != self.groups.get(other)
    }
}

/// A partition that is planned: from when to when, and who is with whom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Partition {
    /// After the start.
    pub from: Duration,
    /// After the start.
    pub until: Duration,
    /// Groups of peers; one that is named nowhere is alone with others like it.
    pub groups: Vec<Vec<usize>>,
}

impl Partition {
    /// The group of every one of `peers`.
    #[must_use]
    pub fn groups(&self, peers: usize) -> Vec<usize> {
        let group = |peer| self.groups.iter().position(|group| group.contains(&peer)).unwrap_or(self.groups.len());
        (0..peers).map(group).collect()
    }
}

impl FromStr for Partition {
    type Err = Failed;

    /// Reads `30-60:0,1|2,3`: from second 30 to second 60, peers 0 and 1 apart from 2 and 3.
    fn from_str(text: &str) -> Result<Self, Failed> {
        let wrong = || format!("`{text}` is no partition; write seconds and groups like 30-60:0,1|2,3");
        let (times, groups) = text.split_once(':').ok_or_else(wrong)?;
        let (from, until) = times.split_once('-').ok_or_else(wrong)?;
        let second = |text: &str| text.parse().map(Duration::from_secs).map_err(|_| wrong());
        let group = |text: &str| text.split(',').map(|peer| peer.parse().map_err(|_| wrong())).collect();
        let groups = groups.split('|').map(group).collect::<Result<Vec<Vec<usize>>, String>>()?;
        let partition = Self { from: second(from)?, until: second(until)?, groups };
        if partition.until <= partition.from { Err(wrong().into()) } else { Ok(partition) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Partition, Weather};
    use std::time::Duration;

    #[test]
    fn a_partition_is_read_and_cuts_what_it_says() {
        let partition: Partition = "30-60:0,1|2".parse().unwrap();
        assert_eq!((partition.from, partition.until), (Duration::from_secs(30), Duration::from_secs(60)));
        let weather = Weather { groups: partition.groups(4), ..Weather::default() };
        assert!(!weather.cuts(0, 1) && weather.cuts(1, 2) && weather.cuts(2, 3) && weather.cuts(0, 3));
        assert!(!Weather::default().cuts(0, 3));
        for wrong in ["", "30:0|1", "60-30:0|1", "1-2:0|x", "a-b:0|1", "1-2"] {
            assert!(wrong.parse::<Partition>().is_err(), "{wrong}");
        }
    }
}
