//! A host call: the host is asked, then the memory that it read and wrote is stepped over word by word, then its answer.

use super::{Runner, TraceError, row::Doing};
use crate::{
    LogEntry, Row, Step,
    host::{self, Answer, Replay, Request, STOP_BYTES, Unanswered, pieces},
    space,
    step::Turn,
};
use alloc::{string::String, vec::Vec};
use zera_primitives::Outcome;

impl Runner<'_> {
    pub(super) fn host_call(&mut self, row: &Row, host: &mut dyn Replay) -> Result<(), TraceError> {
        let malformed = TraceError::Malformed(row.pc);
        let function = u16::try_from(row.imm).map_err(|_| malformed.clone())?;
        let args = core::mem::take(&mut self.arguments);
        let regions = host::regions(function, &args).ok_or(malformed)?;
        let gas = self.gas_limit.saturating_sub(self.gas);
        let answer = host.call(&Request { function, args: &args, memory: &self.cells.memory, gas })?;
        match answer {
            Answer::Stop(Outcome::Ok) => {
                Err(Unanswered::Broken(String::from("a call that it ended is not well")).into())
            }
            Answer::Stop(outcome) => {
                let inside = |(ptr, len): &&(u32, u32)| *len <= STOP_BYTES && self.cells.memory.contains(*ptr, *len);
                let read: Vec<(u32, u32)> = regions.read.iter().take_while(inside).copied().collect();
                self.host_memory(row, function, &read, None)?;
                self.host_end(row, LogEntry::Stop { function })?;
                self.outcome = Some(outcome);
                Ok(())
            }
            Answer::Return { value, written, gas } => {
                let written = regions.write.map(|ptr| (ptr, written));
                self.host_memory(row, function, &regions.read, written)?;
                self.host_end(row, LogEntry::Call { function, result: value, gas })
            }
        }
    }

    /// Steps over what the host read and wrote.
    fn host_memory(
        &mut self,
        row: &Row,
        function: u16,
        read: &[(u32, u32)],
        written: Option<(u32, Vec<u8>)>,
    ) -> Result<(), TraceError> {
        let outside = || TraceError::Host(Unanswered::Broken(String::from("it reaches beyond the memory")));
        for (ptr, len) in read {
            let bytes = self.cells.memory.read(*ptr, *len).ok_or_else(outside)?;
            for entry in pieces(function, *ptr, &bytes, false) {
                self.host_word(row, entry)?;
            }
        }
        let Some((ptr, bytes)) = written else { return Ok(()) };
        let fits = u32::try_from(bytes.len()).is_ok_and(|len| self.cells.memory.contains(ptr, len));
        fits.then_some(()).ok_or_else(outside)?;
        for entry in pieces(function, ptr, &bytes, true) {
            self.host_word(row, entry)?;
        }
        Ok(())
    }

    fn host_word(&mut self, row: &Row, entry: LogEntry) -> Result<(), TraceError> {
        let malformed = TraceError::Malformed(row.pc);
        let LogEntry::Memory { word, mask, write, value, .. } = entry else { return Err(malformed) };
        let mut doing = self.doing(row, row.pc, Turn::HostMemory { mask, write });
        self.sequence(&mut doing).ok_or_else(|| malformed.clone())?;
        let bits = (0..8).filter(|byte| mask & 1 << byte != 0).fold(0u64, |bits, byte| bits | 0xff << (8 * byte));
        let new = write.then(|| self.cells.memory.word(u64::from(word)) & !bits | value);
        self.word(&mut doing, word, new).ok_or(malformed)?;
        self.log.push(entry);
        self.push(doing.step, doing.fp)
    }

    /// The last step of a host call.
    fn host_end(&mut self, row: &Row, entry: LogEntry) -> Result<(), TraceError> {
        let malformed = || TraceError::Malformed(row.pc);
        let mut doing = self.doing(row, row.pc.saturating_add(1), Turn::Plain);
        self.sequence(&mut doing).ok_or_else(malformed)?;
        match entry {
            LogEntry::Call { result, gas, .. } => {
                self.write(&mut doing, row.d, result).ok_or_else(malformed)?;
                doing.step.extra = gas;
                self.gas = self.gas.saturating_add(gas);
            }
            _ => (doing.step.turn, doing.step.next) = (Turn::HostStop, space::HOST_STOP),
        }
        self.log.push(entry);
        self.push(doing.step, doing.fp)
    }

    fn doing(&self, row: &Row, next: u32, turn: Turn) -> Doing {
        Doing { step: Step { next, turn, ..self.step(row) }, fp: self.fp }
    }
}
