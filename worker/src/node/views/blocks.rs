//! Blocks and transactions. Records come from storage, so each is checked by its hash when it is read: the record after
//! it, or the head, names it.

use crate::node::{Answer, Node, convert, run::Ticket, world::World};
use zera_client::{Diagnostic, Record, record_hash};
use zera_primitives::{Hash, Height};
use zera_worker_protocol::{BlockView, CallDiagnostic, Error, ErrorKind, Page, Response, TransactionView};

use super::super::chain::view_of;

/// Rows that one answer may have.
const ROWS: u32 = 100;

impl<W: World, T: Ticket> Node<W, T> {
    pub(in crate::node) async fn blocks(&self, page: Page) -> Answer {
        let head = self.chain()?.stored();
        let (from, limit) = (page.from.unwrap_or(head).min(head), page.limit.clamp(1, ROWS));
        if self.network.is_light() {
            return self.remote_blocks(from, limit).await.map(Response::Blocks);
        }
        let summaries = self.world.summaries(Some(from), limit).await?;
        Ok(Response::Blocks(summaries.into_iter().map(|summary| summary.head).collect()))
    }

    pub(in crate::node) async fn block(&self, height: Height) -> Answer {
        let (record, bytes) = self.record(height).await?;
        Ok(Response::Block(Box::new(BlockView {
            head: view_of(&record),
            header: record.header,
            body: record.body,
            receipts: record.receipts,
            events: record.events,
            certificate: record.certificate,
            record_bytes: bytes as u64,
        })))
    }

    pub(in crate::node) async fn transaction(&self, hash: &Hash) -> Answer {
        let chain = self.chain()?;
        let waiting = chain.client.pending().find(|signed| signed.hash() == *hash);
        let written = || chain.writing.as_ref().filter(|writing| !writing.is_stored())?.signed(hash);
        if let Some(signed) = waiting.or_else(written).cloned().or_else(|| self.network.on_its_way(hash)) {
            let (block, receipt) = (None, None);
            let view = TransactionView { hash: *hash, block, signed, receipt, diagnostics: Vec::new() };
            return Ok(Response::Transaction(Box::new(view)));
        }
        let missing = || convert::not_found("transaction");
        let found = if self.network.is_light() { self.locate(hash).await? } else { self.world.find(hash).await? };
        let height = found.ok_or_else(missing)?;
        let (record, _) = self.record(height).await?;
        let place = record.receipts.iter().position(|receipt| receipt.transaction == *hash).ok_or_else(missing)?;
        let signed = record.body.transactions.into_iter().nth(place).ok_or_else(missing)?;
        let diagnostics = record.diagnostics.into_iter().nth(place).unwrap_or_default();
        Ok(Response::Transaction(Box::new(TransactionView {
            hash: *hash,
            block: Some((height, record.header.slot)),
            signed,
            receipt: record.receipts.into_iter().nth(place),
            diagnostics: diagnostics.into_iter().map(diagnostic).collect(),
        })))
    }

    /// A record, checked against the hash that its successor or the head names, and its length.
    pub(in crate::node) async fn record(&self, height: Height) -> Result<(Record, usize), Error> {
        let chain = self.chain()?;
        if self.network.is_light() {
            return self.remote_record(height).await.map(|record| (record, 0));
        }
        if height > chain.stored() {
            return Err(convert::not_found("block"));
        }
        let damaged = || {
            let detail = format!("the stored record of block {height} is missing or damaged");
            Error::browser(ErrorKind::StorageCorrupt, false, detail)
        };
        let pair = self.world.records(height, 2).await?;
        let at = |height| pair.iter().find(|(stored, _)| *stored == height).map(|(_, bytes)| bytes);
        let bytes = at(height).ok_or_else(damaged)?;
        let named = if height == chain.height() {
            chain.head_record
        } else {
            let next = at(height.plus(1)).and_then(|next| Record::from_bytes(next).ok());
            next.ok_or_else(damaged)?.previous
        };
        if record_hash(bytes) != named {
            return Err(damaged());
        }
        Ok((Record::from_bytes(bytes).map_err(|_| damaged())?, bytes.len()))
    }
}

fn diagnostic(diagnostic: Diagnostic) -> CallDiagnostic {
    CallDiagnostic { result: diagnostic.result, cause: diagnostic.cause }
}
