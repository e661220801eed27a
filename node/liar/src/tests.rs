//! Every lie is one: what comes out differs from what went in, and the tab's own checks refuse it. A fork with real keys is
//! the exception that nothing but a second opinion shows.

use crate::{Liar, Lie, Out, Twist, forge::Keys, server::Config, twist::decoded};
use codec::Encode as _;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpListener;
use tokio_tungstenite::{accept_async, connect_async, tungstenite::Message};
use zera_light::{Certificate, CertificateError, SealKey, ValidatorSet};
use zera_primitives::{AccountId, Hash, Header, Height, Slot, block::HEADER_FORMAT};
use zera_wire::{
    Answer, Greeting, Request, ToPeer, ToTab, WIRE_VERSION,
    answer::{Boundary, Entries, Finality},
    decode_to_peer,
};

const SEEDS: [[u8; 32]; 4] = [[1; 32], [2; 32], [3; 32], [4; 32]];

fn set() -> ValidatorSet {
    ValidatorSet::new(SEEDS.iter().map(|seed| SealKey::from_seed(seed).unwrap().public()).collect()).unwrap()
}

fn finality(height: u64) -> Finality {
    let header = Header {
        format: HEADER_FORMAT,
        chain: Hash::of(b"chain"),
        height: Height(height),
        slot: Slot(height),
        epoch: 0,
        parent: Hash::ZERO,
        proposer: AccountId::default(),
        transaction_root: Hash::ZERO,
        receipt_root: Hash::ZERO,
        event_root: Hash::ZERO,
        state_root: Hash::of(b"state"),
        validators: set().hash(),
        next_validators: set().hash(),
        params: Hash::ZERO,
        runtime: Hash::ZERO,
        module_set: Hash::ZERO,
    };
    Keys::of_seeds(&SEEDS).certify(&header, [0, height + 1, height]).unwrap()
}

fn twisted(twist: &mut Twist, request: Request, answer: Answer) -> Option<Answer> {
    assert_eq!(twist.asked(&ToPeer::Ask { id: 1, request }), None);
    match twist.answered(ToTab::Answer { id: 1, result: Ok(answer) }) {
        Out::Message(message) => match *message {
            ToTab::Answer { result, .. } => result.ok(),
            _ => None,
        },
        _ => None,
    }
}

fn tip(lie: Lie, keys: Option<Keys>) -> Result<(), CertificateError> {
    let mut twist = Twist::new(Some(lie), keys, 0);
    let answer = twisted(&mut twist, Request::Finality { at: None }, Answer::Finality(Box::new(finality(9))));
    let Some(Answer::Finality(changed)) = answer else { panic!("no finality") };
    assert_ne!(*changed, finality(9));
    assert_eq!(twist.told(), 1);
    Certificate::from_bytes(&changed.certificate)?.verify(&changed.header, &set())
}

#[test]
fn certificates_are_wrong_as_named() {
    let key = set().keys()[3];
    assert_eq!(tip(Lie::ForgedCertificate, None), Err(CertificateError::BadSignature(key)));
    assert_eq!(tip(Lie::TooFewSigners, None), Err(CertificateError::TooFew { have: 2, need: 3 }));
    assert_eq!(tip(Lie::WrongEpoch, None), Err(CertificateError::OtherBlock));
    assert_eq!(tip(Lie::Fork, Some(Keys::of_seeds(&SEEDS))), Ok(()), "a fork holds");
}

#[test]
fn a_wrong_set_is_not_the_one_that_the_header_names() {
    let mut twist = Twist::new(Some(Lie::WrongSet), None, 0);
    let boundary = Boundary { last: finality(9), next: None };
    let request = Request::Boundaries { from: 0, limit: 1 };
    let Some(Answer::Boundaries(changed)) = twisted(&mut twist, request, Answer::Boundaries(vec![boundary])) else {
        panic!("no boundaries")
    };
    let next = ValidatorSet::from_bytes(changed[0].next.as_ref().unwrap()).unwrap();
    assert_ne!(next.hash(), changed[0].last.header.next_validators);
}

#[test]
fn a_stale_tip_never_moves() {
    let mut twist = Twist::new(Some(Lie::StaleTip), None, 0);
    for height in 9..12 {
        let answer = Answer::Finality(Box::new(finality(height)));
        let Some(Answer::Finality(seen)) = twisted(&mut twist, Request::Finality { at: None }, answer) else {
            panic!("no finality")
        };
        assert_eq!(*seen, finality(9));
    }
    assert_eq!(twist.told(), 2, "the first was true");
}

#[test]
fn entries_and_their_proofs_part() {
    let entries = |mark: u8| {
        let values = vec![Some(vec![mark; 4])];
        Answer::Entries(Box::new(Entries { height: Height(1), values, proof: vec![mark; 8] }))
    };
    for lie in [Lie::TruncatedProof, Lie::SwappedProof, Lie::FalseValue, Lie::HiddenEntry] {
        let mut twist = Twist::new(Some(lie), None, 0);
        let request = || Request::Entries { height: Height(1), keys: Vec::new() };
        twisted(&mut twist, request(), entries(1));
        let Some(Answer::Entries(seen)) = twisted(&mut twist, request(), entries(2)) else { panic!("no entries") };
        let expected = match lie {
            Lie::TruncatedProof => (Some(vec![2; 4]), vec![2; 4]),
            Lie::SwappedProof => (Some(vec![2; 4]), vec![1; 8]),
            Lie::FalseValue => (Some(vec![3, 2, 2, 2]), vec![2; 8]),
            _ => (None, vec![2; 8]),
        };
        assert_eq!((seen.values[0].clone(), seen.proof), expected, "{lie:?}");
    }
}

/// An honest peer that answers every question with its tip.
async fn honest() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut tab = accept_async(stream).await.unwrap();
                while let Some(Ok(Message::Binary(bytes))) = tab.next().await {
                    let answer = match decode_to_peer(&bytes).unwrap() {
                        ToPeer::Hello { .. } => ToTab::Hello(Greeting {
                            version: WIRE_VERSION,
                            agent: "honest".into(),
                            chain: Hash::of(b"chain"),
                            runtime: Hash::ZERO,
                            oldest: 0,
                            open_requests: 1,
                        }),
                        ToPeer::Ask { id, .. } => {
                            ToTab::Answer { id, result: Ok(Answer::Finality(Box::new(finality(9)))) }
                        }
                    };
                    tab.send(Message::Binary(answer.encode().into())).await.unwrap();
                }
            });
        }
    });
    format!("ws://{address}/wire")
}

#[tokio::test]
async fn over_the_wire_the_address_names_the_lie() {
    let config = Config { upstream: honest().await, ..Config::default() };
    let liar = Liar::start("127.0.0.1:0".parse().unwrap(), config).await.unwrap();
    let ask = async |lie| {
        let (mut tab, _) = connect_async(liar.url(lie)).await.unwrap();
        let hello = ToPeer::Hello { version: WIRE_VERSION, chain: None };
        let question = ToPeer::Ask { id: 5, request: Request::Finality { at: None } };
        let mut answers = Vec::new();
        for message in [hello, question] {
            tab.send(Message::Binary(message.encode().into())).await.unwrap();
            answers.push(tab.next().await.unwrap().unwrap().into_data());
        }
        answers.pop().unwrap()
    };
    let truth = ToTab::Answer { id: 5, result: Ok(Answer::Finality(Box::new(finality(9)))) };
    assert_eq!(decoded(&ask(None).await), Some(truth.clone()));
    let forged = decoded(&ask(Some(Lie::ForgedCertificate)).await).unwrap();
    assert!(forged != truth, "it was not changed");
    assert_eq!(decoded(&ask(Some(Lie::Garbage)).await), None);
    assert!(connect_async(format!("{}/truth", liar.url(None))).await.is_err());
    assert_eq!(liar.told(), 2);
}

#[tokio::test]
async fn a_huge_frame_and_a_slow_one_come_as_such() {
    let config = Config { upstream: honest().await, ..Config::default() };
    let liar = Liar::start("127.0.0.1:0".parse().unwrap(), config).await.unwrap();
    for lie in [Lie::HugeFrame, Lie::SlowLoris] {
        let (mut tab, _) = connect_async(liar.url(Some(lie))).await.unwrap();
        let hello = ToPeer::Hello { version: WIRE_VERSION, chain: None };
        tab.send(Message::Binary(hello.encode().into())).await.unwrap();
        tab.next().await.unwrap().unwrap();
        tab.send(Message::Binary(ToPeer::Ask { id: 1, request: Request::Ping }.encode().into())).await.unwrap();
        let waited = tokio::time::timeout(std::time::Duration::from_millis(1_500), tab.next()).await;
        match lie {
            // This client takes frames of 16 MiB at most.
            Lie::HugeFrame => assert!(waited.unwrap().unwrap().is_err()),
            _ => assert!(waited.is_err(), "a byte a second takes longer"),
        }
    }
}
