//! What one connection, one address and all of them together may take of this machine.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Seconds over which a rate is an average.
const BURST_SECONDS: i64 = 10;
/// Answers that are made at the same time; each is of [`zera_wire::FRAME_BYTES`] at most.
const BUILDING: usize = 16;
/// Answers below this take nothing of the budget: a slow reader of large ones must not hold up small ones.
const SMALL: usize = 64 << 10;
/// The unit of the budget, bytes.
const UNIT: usize = 1 << 10;

/// A rate, averaged over ten seconds.
#[derive(Debug)]
pub struct Bucket {
    per_second: i64,
    /// What is left, in thousandths.
    left: i64,
    since: Instant,
}

impl Bucket {
    /// So many a second; ten seconds' worth to begin with.
    #[must_use]
    pub fn new(per_second: u32) -> Self {
        let per_second = i64::from(per_second.max(1));
        Self { per_second, left: per_second.saturating_mul(BURST_SECONDS * 1_000), since: Instant::now() }
    }

    fn fill(&mut self) {
        let passed = i64::try_from(self.since.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.since = Instant::now();
        let most = self.per_second.saturating_mul(BURST_SECONDS * 1_000);
        self.left = self.left.saturating_add(self.per_second.saturating_mul(passed)).min(most);
    }

    /// Takes so many, if they are there.
    pub fn take(&mut self, count: i64) -> bool {
        self.fill();
        let wanted = count.saturating_mul(1_000);
        let there = self.left >= wanted;
        if there {
            self.left = self.left.saturating_sub(wanted);
        }
        there
    }

    /// Takes so many, there or not; answers how long to wait until the debt is paid.
    pub fn spend(&mut self, count: usize) -> Option<Duration> {
        self.fill();
        self.left = self.left.saturating_sub(i64::try_from(count).unwrap_or(i64::MAX).saturating_mul(1_000));
        let debt = u64::try_from(self.left.checked_neg()?).ok().filter(|debt| *debt > 0)?;
        Some(Duration::from_millis(debt / u64::try_from(self.per_second).unwrap_or(1)))
    }
}

/// Bytes of answers of all connections together.
#[derive(Clone)]
pub struct Budget {
    building: Arc<Semaphore>,
    held: Arc<Semaphore>,
    units: u32,
}

impl Budget {
    /// At most `bytes` on their way, and [`BUILDING`] more answers being made.
    #[must_use]
    pub fn new(bytes: u32) -> Self {
        let units = (bytes / UNIT as u32).max((zera_wire::FRAME_BYTES / UNIT) as u32);
        Self { building: Arc::new(Semaphore::new(BUILDING)), held: Arc::new(Semaphore::new(units as usize)), units }
    }

    /// Leave to make an answer; none once the server has ended.
    pub async fn build(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.building).acquire_owned().await.ok()
    }

    /// Leave to hold `bytes` until they are sent; none is needed for few.
    pub async fn hold(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        if bytes <= SMALL {
            return None;
        }
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).min(self.units);
        Arc::clone(&self.held).acquire_many_owned(units).await.ok()
    }
}

/// Connections, all and by address.
#[derive(Clone)]
pub struct Doors(Arc<DoorsState>);

struct DoorsState {
    open: Mutex<(u32, BTreeMap<IpAddr, u32>)>,
    most: u32,
    per_address: u32,
}

/// A connection that counts until it is dropped.
pub struct Door {
    doors: Doors,
    address: IpAddr,
}

impl Doors {
    /// At most `most` connections, `per_address` of them from one address.
    #[must_use]
    pub fn new(most: u32, per_address: u32) -> Self {
        Self(Arc::new(DoorsState { open: Mutex::default(), most, per_address }))
    }

    /// Lets a connection in; none when there are too many.
    #[must_use]
    pub fn enter(&self, address: IpAddr) -> Option<Door> {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (all, by_address) = &mut *open;
        let own = by_address.get(&address).copied().unwrap_or(0);
        if *all >= self.0.most || own >= self.0.per_address {
            return None;
        }
        *all = all.saturating_add(1);
        by_address.insert(address, own.saturating_add(1));
        Some(Door { doors: self.clone(), address })
    }

    /// How many are open.
    #[must_use]
    pub fn open(&self) -> u32 {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        let mut open = self.doors.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (all, by_address) = &mut *open;
        *all = all.saturating_sub(1);
        match by_address.get_mut(&self.address) {
            Some(own) if *own > 1 => *own = own.saturating_sub(1),
            _ => drop(by_address.remove(&self.address)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doors_count_all_and_each_address() {
        let doors = Doors::new(3, 2);
        let [a, b] = [IpAddr::from([1, 1, 1, 1]), IpAddr::from([2, 2, 2, 2])];
        let first = doors.enter(a).unwrap();
        let _second = doors.enter(a).unwrap();
        assert!(doors.enter(a).is_none(), "two from one address");
        let _third = doors.enter(b).unwrap();
        assert!(doors.enter(b).is_none(), "three in all");
        drop(first);
        assert_eq!(doors.open(), 2);
        assert!(doors.enter(a).is_some());
    }

    #[test]
    fn a_bucket_lets_through_what_it_holds() {
        let mut bucket = Bucket::new(1);
        assert!((0..10).all(|_| bucket.take(1)));
        assert!(!bucket.take(1));
        assert!(Bucket::new(10).spend(100).is_none());
        let wait = Bucket::new(10).spend(150).unwrap();
        assert!((4_900..=5_000).contains(&wait.as_millis()), "{wait:?}");
    }
}
