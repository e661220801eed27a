//! Listens to every peer over the wire and keeps the book, through restarts and partitions.

use crate::{
    Result,
    book::Book,
    wire::{Wire, unexpected},
};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;
use zera_primitives::Height;
use zera_wire::{Answer, News, Request, Topic};

/// Between two tries to reach a peer.
const RETRY: Duration = Duration::from_millis(300);

/// The book and those who write it.
pub struct Observer {
    book: Arc<Mutex<Book>>,
    tasks: Vec<JoinHandle<()>>,
    urls: Vec<String>,
}

impl Observer {
    /// Begins to listen to the peers at these addresses.
    #[must_use]
    pub fn start(urls: Vec<String>) -> Self {
        let book = Arc::new(Mutex::new(Book::default()));
        let listen = |(peer, url): (usize, &String)| {
            let (book, url) = (Arc::clone(&book), url.clone());
            tokio::spawn(async move {
                loop {
                    // A peer that is down, or goes down, is listened to again when it is back.
                    listen(peer, &url, &book).await.ok();
                    tokio::time::sleep(RETRY).await;
                }
            })
        };
        let tasks = urls.iter().enumerate().map(listen).collect();
        Self { book, tasks, urls }
    }

    /// The book.
    pub fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until every one of `peers` stands above `height`.
    ///
    /// # Errors
    /// Names those that do not within `patience`.
    pub async fn beyond(&self, peers: &[usize], height: u64, patience: Duration) -> Result<()> {
        let start = Instant::now();
        loop {
            let stands = |peer: &usize| self.book().head(*peer).map_or(0, |head| head.height);
            let behind: Vec<(usize, u64)> =
                peers.iter().map(|peer| (*peer, stands(peer))).filter(|(_, at)| *at <= height).collect();
            if behind.is_empty() {
                return Ok(());
            }
            if start.elapsed() > patience {
                return Err(format!("not beyond block {height} within {patience:?}: peer, head {behind:?}").into());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Compares all that a peer keeps, up to what it called final before, with the book.
    ///
    /// # Errors
    /// When it does not answer; contradictions go into the book.
    pub async fn audit(&self, peer: usize) -> Result<()> {
        let url = self.urls.get(peer).ok_or("no such peer")?;
        let (wire, _news) = Wire::connect(url).await?;
        let had = self.book().head(peer).map_or(0, |head| head.height);
        let Answer::Status(status) = wire.ask(Request::Status).await? else { return Err("no status".into()) };
        if status.head.0 < had {
            self.book().lost(peer, had, status.head.0);
        }
        let mut from = wire.greeting.oldest.max(1);
        while from <= status.head.0 {
            let headers = match wire.ask(Request::Headers { from: Height(from), limit: 1_000 }).await? {
                Answer::Headers(headers) => headers,
                other => return unexpected(&other),
            };
            let Some(last) = headers.last().map(|header| header.height.0) else {
                self.book()
                    .violated(format!("peer {peer} does not have block {from} below its head {}", status.head.0));
                return Ok(());
            };
            let mut book = self.book();
            headers.iter().for_each(|header| book.is_final(peer, header.height.0, header.hash()));
            from = last + 1;
        }
        Ok(())
    }

    /// Faults that a peer has recorded.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn faults(&self, peer: usize) -> Result<usize> {
        let (wire, _news) = Wire::connect(self.urls.get(peer).ok_or("no such peer")?).await?;
        match wire.ask(Request::Faults).await? {
            Answer::Faults(faults) => Ok(faults.len()),
            other => unexpected(&other),
        }
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

async fn listen(peer: usize, url: &str, book: &Mutex<Book>) -> Result<()> {
    let (wire, mut news) = Wire::connect(url).await?;
    wire.ask(Request::Subscribe(Topic::Heads)).await?;
    if let Answer::Finality(finality) = wire.ask(Request::Finality { at: None }).await? {
        // Its proposal was not heard: this is no measurement of finality.
        book.lock().unwrap_or_else(PoisonError::into_inner).finalised(peer, &finality.header, Instant::now());
    }
    while let Some(heard) = news.recv().await {
        let mut book = book.lock().unwrap_or_else(PoisonError::into_inner);
        match heard {
            News::Proposed(header) => book.proposed(&header, Instant::now()),
            News::Head(finality) => book.finalised(peer, &finality.header, Instant::now()),
            News::Included { .. } | News::Dropped(_) => {}
        }
    }
    Ok(())
}
