//! A served chain of one signer, and tabs.

use codec::Encode as _;
use futures_util::{SinkExt as _, StreamExt as _};
use std::{collections::VecDeque, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest as _},
};
use zera_consensus::Ledger as _;
use zera_light::SealKey;
use zera_node::{
    chain::{self, Handle, Options},
    config::{Role, Serve},
    development,
    server::{self, Peer, Settings, site::Site},
    store::{RedbStore, Shelf},
};
use zera_primitives::{
    AccountId, Amount, Block, Gas, Hash, Slot,
    keys::SecretKey,
    tx::{AccessHint, Call, SignedTransaction, Transaction},
};
use zera_wire::{Answer, News, PeerError, Request, ToPeer, ToTab, WIRE_VERSION, decode_to_tab};

const SEED: [u8; 32] = [7; 32];
const PATIENCE: Duration = Duration::from_secs(30);

/// A chain behind a server.
pub struct Served {
    pub chain: Handle,
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    server: JoinHandle<std::io::Result<()>>,
    folder: PathBuf,
}

impl Served {
    /// Starts one with limits that `change` changes.
    pub async fn start(change: impl FnOnce(&mut Serve)) -> Self {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("zera-node-server-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let store = RedbStore::open(&folder.join("chain.redb"), 16 << 20).unwrap();
        let config = development::genesis(&[SEED], 1_000_000, 8);
        let proposer = SecretKey::from_seed(&SEED).public();
        let options = Options { proposer, base_every: 10, heartbeat_ms: 0, ..Options::default() };
        let chain = chain::open(&config, Shelf::new(store), options, Arc::new(|| 2_000_000)).unwrap();
        let mut serve = Serve::default();
        change(&mut serve);
        let settings = Settings { role: Role::Solo, validator: Some(proposer), serve };
        let (stop, stopping) = watch::channel(false);
        let peer = Peer::new(chain.clone(), settings, Site::default(), stopping);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(server::serve(listener, peer));
        Self { chain, address, stop, server, folder }
    }

    /// Makes a block final.
    pub async fn step(&self) {
        let head = self.chain.standing().borrow().hash;
        let block = self.chain.propose(head).await.unwrap();
        let header = Block::from_bytes(&block).unwrap().header;
        let certificate = zera_light::seal(&header, &SealKey::from_seed(&SEED).unwrap()).unwrap();
        self.chain.finalised(block, certificate.to_bytes()).await;
    }

    /// A development account.
    pub fn account(&self, number: u32) -> AccountId {
        SecretKey::from_seed(&development::account_key(number).unwrap().1).public()
    }

    /// A signed transfer of the first account with this nonce.
    pub fn payment(&self, nonce: u64) -> SignedTransaction {
        let key = SecretKey::from_seed(&development::account_key(0).unwrap().1);
        let call = Call::Transfer { to: self.account(1), amount: Amount::zra(1) };
        let mut transaction = transaction_of(key.public(), call);
        transaction.nonce = nonce;
        transaction.sign(&self.chain.genesis.hash, &key)
    }

    /// A transfer that is final when this returns.
    pub async fn pay(&self, nonce: u64) -> Hash {
        let bytes = self.payment(nonce).encode();
        let hash = self.chain.wait(move |chain| chain.submit(&bytes)).unwrap().unwrap();
        self.step().await;
        hash
    }

    /// Blocks until an answer of blocks is as large as one gets.
    pub async fn fill(&self) {
        let key = SecretKey::from_seed(&development::account_key(0).unwrap().1);
        for nonce in 0..40 {
            let chunk = vec![nonce as u8; 64 << 10];
            let call = Call::UploadChunk { code: Hash::of(&chunk), index: 0, bytes: chunk };
            let mut transaction = transaction_of(key.public(), call);
            transaction.nonce = nonce;
            let bytes = transaction.sign(&self.chain.genesis.hash, &key).encode();
            self.chain.wait(move |chain| chain.submit(&bytes)).unwrap().unwrap();
            self.step().await;
        }
    }

    /// Stops it.
    pub async fn end(self) {
        self.stop.send_replace(true);
        timeout(PATIENCE, self.server).await.unwrap().unwrap().unwrap();
        let chain = self.chain;
        tokio::task::spawn_blocking(move || chain.close()).await.unwrap();
        drop(std::fs::remove_dir_all(self.folder));
    }
}

/// A connection as a tab has it.
pub struct Tab {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    next: u32,
    news: VecDeque<News>,
}

impl Tab {
    pub async fn connect(served: &Served) -> Self {
        let mut tab = Self::raw(served).await;
        let chain = Some(served.chain.genesis.hash);
        tab.send(ToPeer::Hello { version: WIRE_VERSION, chain }.encode()).await;
        let Some(ToTab::Hello(greeting)) = tab.receive().await else { panic!("no greeting") };
        assert_eq!(greeting.chain, served.chain.genesis.hash);
        tab
    }

    /// Without a hello.
    pub async fn raw(served: &Served) -> Self {
        Self::try_raw(served).await.unwrap()
    }

    pub async fn try_raw(served: &Served) -> Result<Self, tokio_tungstenite::tungstenite::Error> {
        Self::from_origin(served, None).await
    }

    pub async fn from_origin(
        served: &Served,
        origin: Option<&str>,
    ) -> Result<Self, tokio_tungstenite::tungstenite::Error> {
        let mut request = format!("ws://{}/wire", served.address).into_client_request()?;
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        let (socket, _) = tokio_tungstenite::connect_async(request).await?;
        Ok(Self { socket, next: 0, news: VecDeque::new() })
    }

    pub async fn send(&mut self, bytes: Vec<u8>) {
        // A peer that has closed says why in what comes next.
        drop(self.socket.send(Message::Binary(bytes.into())).await);
    }

    /// The next message; none when the connection is closed.
    pub async fn receive(&mut self) -> Option<ToTab> {
        loop {
            match timeout(PATIENCE, self.socket.next()).await.unwrap() {
                Some(Ok(Message::Binary(bytes))) => return Some(decode_to_tab(&bytes).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    pub async fn ask(&mut self, request: Request) -> Result<Answer, PeerError> {
        self.next += 1;
        let id = self.next;
        self.send(ToPeer::Ask { id, request }.encode()).await;
        loop {
            match self.receive().await {
                Some(ToTab::Answer { id: answered, result }) if answered == id => return result,
                Some(ToTab::News(news)) => self.news.push_back(news),
                other => panic!("{other:?}"),
            }
        }
    }

    pub async fn news(&mut self) -> News {
        if let Some(news) = self.news.pop_front() {
            return news;
        }
        match self.receive().await {
            Some(ToTab::News(news)) => news,
            other => panic!("{other:?}"),
        }
    }
}

/// A transaction of one call, which this chain's time has room for.
fn transaction_of(sender: AccountId, call: Call) -> Transaction {
    Transaction {
        sender,
        nonce: 0,
        expiry: Slot(1_500),
        gas_limit: Gas(2_000_000),
        fee_limit: Amount::zra(1),
        calls: vec![call],
        hint: AccessHint::default(),
    }
}
