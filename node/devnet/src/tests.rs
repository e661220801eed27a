//! Weather on real sockets, and what the book notices.

use crate::{book::Book, dice::Dice, faults::Fault, proxy, summary::Quantiles, weather::Weather};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
    time::timeout,
};
use zera_primitives::{AccountId, Hash};

/// Peer 1, which sends back what it gets, behind a proxy, and a connection to it from peer 0.
async fn line(weather: &watch::Sender<Weather>) -> TcpStream {
    let echo = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = echo.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = echo.accept().await {
            tokio::spawn(async move {
                let (mut read, mut write) = stream.split();
                tokio::io::copy(&mut read, &mut write).await.ok();
            });
        }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let peers = Arc::new(vec![AccountId([1; 32]), AccountId([2; 32])]);
    tokio::spawn(proxy::run(listener, address, 1, peers, weather.subscribe()));
    let mut stream = TcpStream::connect(at).await.unwrap();
    stream.write_all(&[&[32][..], &[1; 32]].concat()).await.unwrap();
    stream
}

async fn echoed(stream: &mut TcpStream, bytes: usize) -> Vec<u8> {
    let mut answer = vec![0; bytes];
    stream.read_exact(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_delay_delays_both_ways_and_loses_nothing() {
    let (weather, _) = watch::channel(Weather { delay: Duration::from_millis(50), ..Weather::default() });
    let mut stream = line(&weather).await;
    assert_eq!(echoed(&mut stream, 33).await[1..], [1; 32]);
    let start = Instant::now();
    stream.write_all(b"there and back").await.unwrap();
    assert_eq!(echoed(&mut stream, 14).await, b"there and back");
    assert!(start.elapsed() >= Duration::from_millis(100), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_cut_holds_everything_back_until_it_heals() {
    let (weather, _) = watch::channel(Weather::default());
    let mut stream = line(&weather).await;
    echoed(&mut stream, 33).await;
    weather.send_replace(Weather { groups: vec![0, 1], ..Weather::default() });
    stream.write_all(b"late").await.unwrap();
    assert!(timeout(Duration::from_millis(200), echoed(&mut stream, 4)).await.is_err(), "it came through the cut");
    // Somebody new does not get through either.
    let mut other = line(&weather).await;
    assert!(timeout(Duration::from_millis(200), echoed(&mut other, 33)).await.is_err());
    weather.send_replace(Weather::default());
    assert_eq!(timeout(Duration::from_secs(5), echoed(&mut stream, 4)).await.unwrap(), b"late");
    assert_eq!(timeout(Duration::from_secs(5), echoed(&mut other, 33)).await.unwrap()[0], 32);
}

#[test]
fn the_book_notices_a_rival_and_a_loss() {
    let mut book = Book::default();
    book.is_final(0, 5, Hash::of(b"one"));
    book.is_final(1, 5, Hash::of(b"one"));
    assert!(book.violations().is_empty());
    book.is_final(2, 5, Hash::of(b"other"));
    book.lost(1, 5, 4);
    assert_eq!(book.violations().len(), 2);
    assert_eq!(book.height(), 5);
}

#[test]
fn the_same_seed_gives_the_same_faults() {
    let faults = |seed| {
        let mut dice = Dice::new(seed);
        (0..50).map(|_| Fault::draw(&mut dice, 4)).collect::<Vec<_>>()
    };
    assert_eq!(faults(7), faults(7));
    assert_ne!(faults(7), faults(8));
    let kinds = |find: fn(&Fault) -> bool| faults(7).iter().any(find);
    assert!(kinds(|fault| matches!(fault, Fault::Kill(peers, _) if peers.len() > 1)));
    assert!(kinds(|fault| matches!(fault, Fault::Freeze(..))) && kinds(|fault| matches!(fault, Fault::Cut(..))));
}

#[test]
fn quantiles_of_few_and_many() {
    let many: Vec<u64> = (1..=200).collect();
    let of = |sorted: &[u64]| {
        let Quantiles { count, p50, p99 } = Quantiles::of(sorted);
        (count, p50, p99)
    };
    assert_eq!(of(&[]), (0, 0, 0));
    assert_eq!(of(&[7]), (1, 7, 7));
    assert_eq!(of(&many), (200, 101, 199));
}
