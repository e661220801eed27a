//! A follower's first call after its tag moved to code with another state schema (design §6): the code's own migration
//! carries the data over, inside that call, and whoever called pays for it. Whatever fails refuses the call and leaves
//! everything as it was.

use crate::session::{Instead, Invocation, Role, Session, Stop};
use alloc::{format, vec::Vec};
use codec::Encode;
use zera_primitives::{Amount, Hash, ModuleId};
use zera_registry::{
    self as registry, ModuleRecord, Usage,
    migration::next_cursor,
    refs::{self, Arrival, Migration},
};
use zera_vm::{CallerKind, ModuleInfo};

impl Session<'_, '_> {
    /// Brings the data of the module that `call` names to what its code, `info`, reads; answers how it stands then.
    pub(crate) fn arrive(
        &mut self,
        call: &Invocation<'_>,
        record: ModuleRecord,
        info: &ModuleInfo,
        gas: &mut u64,
        stack: u64,
    ) -> Result<ModuleRecord, Stop> {
        let manifest = self.machine.manifest(info);
        if refs::is_ready(&record, manifest.as_deref()) {
            return Ok(record);
        }
        let code = info.code_hash;
        let known = registry::code_info(self.st, &code)?.ok_or_else(|| Stop::invalid(format!("no code {code}")))?;
        match refs::arrival(&record, &known, manifest.as_deref())? {
            Arrival::Ready => Ok(record),
            Arrival::Adopt(_) if call.read_only => Ok(record), // it writes nothing of the new schema
            Arrival::Adopt(schema) => Ok(refs::adopt(self.st, &call.module, schema)?),
            Arrival::Migrate(migration) => self.migrate(call, &record, code, &migration, gas, stack),
        }
    }

    fn migrate(
        &mut self,
        call: &Invocation<'_>,
        record: &ModuleRecord,
        code: Hash,
        migration: &Migration,
        gas: &mut u64,
        stack: u64,
    ) -> Result<ModuleRecord, Stop> {
        let payer = match self.payer {
            _ if self.is_copy => None,
            Some(payer) if !call.read_only => Some(payer),
            _ => {
                return Err(Stop::refused(
                    "the data of this follower wait for the migration to the code that its tag stands at; \
                     a transaction that calls it runs that first",
                ));
            }
        };
        let module = call.module;
        let entry = |entry, role, read_only| Invocation {
            module,
            entry,
            args: &[],
            value: Amount::ZERO,
            caller: [0; 32],
            kind: CallerKind::Runtime,
            instead: Some(Instead { code, generation: record.next_generation, role }),
            read_only,
        };
        self.usage = Usage::default();
        let sandbox = Role::Migration { from: record.generation };
        let mut cursor = Vec::new();
        loop {
            let args = if migration.in_steps { cursor.encode() } else { Vec::new() };
            let step = Invocation { args: &args, ..entry(&migration.entry, sandbox, false) };
            let answer = self.invoke(&step, gas, stack).map_err(|stop| explain(stop, &module, "migration"))?;
            if !migration.in_steps {
                break;
            }
            match next_cursor(&cursor, &answer).map_err(Stop::refused)? {
                Some(next) => cursor = next,
                None => break,
            }
        }
        let usage = core::mem::take(&mut self.usage);
        if let Some(health) = &migration.health {
            let answer = self
                .invoke(&entry(health, Role::Module, true), gas, stack)
                .map_err(|stop| explain(stop, &module, "health check"))?;
            if !matches!(answer.as_slice(), [1] | [1, 0, 0, 0]) {
                return Err(Stop::refused(format!("{module:?}: health() did not answer true after the migration")));
            }
        }
        let to = (code, migration.schema);
        let (record, event) = refs::arrived(self.st, &self.ctx.registry(), &module, to, &usage, payer.as_ref())?;
        self.emit(event)?;
        Ok(record)
    }
}

/// Says where in the call it failed.
fn explain(stop: Stop, module: &ModuleId, what: &str) -> Stop {
    match stop {
        Stop::Outcome(outcome, cause) => {
            let cause = cause.unwrap_or_else(|| format!("{outcome:?}"));
            Stop::Outcome(outcome, Some(format!("the {what} of follower {module:?} failed: {cause}")))
        }
        other => other,
    }
}
