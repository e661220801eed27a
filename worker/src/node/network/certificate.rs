//! A certificate, opened and checked again: who signed, what, and by which set.

use crate::node::{Answer, Node, convert, run::Ticket, world::World};
use zera_client::{
    Record,
    light::{Certificate, ValidatorSet},
};
use zera_primitives::{Header, Height};
use zera_worker_protocol::{CertificateView, Error, Mode, Response, SignatureView};

/// Blocks above one that has no certificate of its own, among which one that finalises it is looked for.
const ABOVE: u32 = 64;

impl<W: World, T: Ticket> Node<W, T> {
    /// The certificate of a block, or of the nearest one above it that finalises it; of the newest verified block for none.
    pub(in crate::node) async fn certificate(&self, height: Option<Height>) -> Answer {
        if self.network.mode() == Mode::Light {
            return self.remote_certificate(height).await;
        }
        let chain = self.chain()?;
        let height = height.unwrap_or_else(|| chain.stored());
        let (record, certificate) = self.certified(height).await?;
        let set = match chain.client.committee(record.header.epoch) {
            Some(set) if set.hash() == record.header.validators => set,
            _ => self.finality_above(record.header.height).await?.1,
        };
        self.open_certificate(&record.header, &certificate, &set)
    }

    async fn certified(&self, height: Height) -> Result<(Record, Certificate), Error> {
        let top = self.chain()?.stored().min(Height(height.0.saturating_add(ABOVE.into())));
        for height in (height.0..=top.0).map(Height) {
            let (record, _) = self.record(height).await?;
            if let Ok(certificate) = Certificate::from_bytes(&record.certificate) {
                return Ok((record, certificate));
            }
        }
        Err(convert::not_found("certificate"))
    }

    async fn remote_certificate(&self, height: Option<Height>) -> Answer {
        let newest = self.network.followed.borrow().as_ref().map(|followed| followed.light.height());
        let height = height.or(newest).ok_or_else(super::network_only)?;
        if newest.is_none_or(|newest| height > newest) {
            return Err(convert::not_found("block"));
        }
        let (block, set) = self.finality_above(height).await?;
        let certificate = Certificate::from_bytes(&block.certificate).map_err(convert::defect)?;
        self.open_certificate(&block.header, &certificate, &set)
    }

    /// Checks every signature of a certificate, each on its own, and takes its time.
    fn open_certificate(&self, header: &Header, certificate: &Certificate, set: &ValidatorSet) -> Answer {
        certificate.verify(header, set).map_err(convert::defect)?;
        let chain = self.chain()?.client.genesis();
        // The genesis header cannot name its own hash: what seals it names none.
        let chain = if header.height == Height(0) { header.chain } else { chain };
        let signature = |(place, validator)| {
            let signature = certificate.signature(place);
            let began = self.world.micros();
            let holds = signature.is_some() && certificate.holds_of(place, set, &chain);
            let took = u32::try_from(self.world.micros().saturating_sub(began)).unwrap_or(u32::MAX);
            let proposer = header.proposer == validator;
            SignatureView { validator, signature, checked_us: holds.then_some(took), proposer }
        };
        let followed = self.network.followed.borrow();
        let way = followed.iter().flat_map(|followed| followed.light.way());
        let way = way.filter(|mark| mark.epoch < header.epoch).map(|mark| (mark.epoch, mark.height, mark.next));
        Ok(Response::Certificate(Box::new(CertificateView {
            height: header.height,
            block: header.hash(),
            round: certificate.round(),
            set: set.hash(),
            quorum: super::super::chain::count(set.quorum()),
            signatures: set.keys().iter().copied().enumerate().map(signature).collect(),
            signed: certificate.signed_bytes(&chain),
            way: way.collect(),
        })))
    }
}
