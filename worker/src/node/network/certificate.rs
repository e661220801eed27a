//! A certificate, opened and checked again: who signed, what, and by which set.

use crate::node::{Answer, Node, convert, run::Ticket, world::World};
use zera_client::light::{Certificate, ValidatorSet};
use zera_primitives::{Header, Height};
use zera_worker_protocol::{CertificateView, Response, SignatureView};

impl<W: World, T: Ticket> Node<W, T> {
    /// The certificate of a block; of the newest stored one for none.
    pub(in crate::node) async fn certificate(&self, height: Option<Height>) -> Answer {
        let chain = self.chain()?;
        let height = height.unwrap_or_else(|| chain.stored());
        let (record, _) = self.record(height).await?;
        let certificate =
            Certificate::from_bytes(&record.certificate).map_err(|_| convert::not_found("certificate"))?;
        self.open_certificate(&record.header, &certificate, chain.client.validators())
    }

    /// Checks every signature of a certificate, each on its own, and takes its time.
    fn open_certificate(&self, header: &Header, certificate: &Certificate, set: &ValidatorSet) -> Answer {
        certificate.verify(header, set).map_err(convert::defect)?;
        let chain = header.chain;
        let signature = |(place, validator)| {
            let signature = certificate.signature(place);
            let began = self.world.micros();
            let holds = signature.is_some() && certificate.holds_of(place, set, &chain);
            let took = u32::try_from(self.world.micros().saturating_sub(began)).unwrap_or(u32::MAX);
            let proposer = header.proposer == validator;
            SignatureView { validator, signature, checked_us: holds.then_some(took), proposer }
        };
        Ok(Response::Certificate(Box::new(CertificateView {
            height: header.height,
            block: header.hash(),
            round: certificate.round(),
            set: set.hash(),
            quorum: super::super::chain::count(set.quorum()),
            signatures: set.keys().iter().copied().enumerate().map(signature).collect(),
            signed: certificate.signed_bytes(&chain),
            way: Vec::new(),
        })))
    }
}
