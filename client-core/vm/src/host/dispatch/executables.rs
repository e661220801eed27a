//! Host functions about which code modules run: tags of managers, followers, switches, upgrades (documents 000 and 003).

use super::{ABSENT, HostCall};
use crate::host::{
    Construction, ExecutableRequest, TagRef, UpgradeRequest,
    session::{Session, Stop},
};
use alloc::{format, string::String, vec::Vec};
use zera_primitives::limits;

impl HostCall<'_, '_> {
    /// The tag's name that parameters `index` (pointer) and `index + 1` (length) name.
    fn tag_name(&mut self, index: usize) -> Result<String, Stop> {
        let bytes = self.bytes(index, limits::TAG_BYTES, "the tag")?;
        let text = String::from_utf8(bytes).ok().filter(|text| !text.is_empty());
        text.ok_or_else(|| Stop::Refused(format!("{}: the tag is empty or not UTF-8", self.function.name)))
    }

    /// The tag that parameters 0 (manager), 1 (pointer) and 2 (length) name.
    fn tag_ref(&mut self) -> Result<([u8; 32], String), Stop> {
        Ok((self.fixed(0)?, self.tag_name(1)?))
    }

    /// A number for the guest, and for a known hash also its bytes at the pointer that parameter `index` names.
    fn answer_hash(&mut self, index: usize, found: Option<(u64, [u8; 32])>) -> Result<u64, Stop> {
        let (ptr, room) = (self.arg(index), 32);
        if !self.memory.contains(ptr, room) {
            return self.trap("the target leaves the memory");
        }
        let Some((returned, hash)) = found else { return Ok(ABSENT) };
        self.write(ptr, &hash)?;
        Ok(returned)
    }

    pub(super) fn set_contract_wasm_ref(&mut self) -> Result<u64, Stop> {
        let (tag, code) = (self.tag_name(0)?, self.fixed(2)?);
        self.session.host.set_tag(&tag, code, None)?;
        Ok(0)
    }

    pub(super) fn create_contract_wasm_ref(&mut self) -> Result<u64, Stop> {
        let (tag, code, notice) = (self.tag_name(0)?, self.fixed(2)?, self.arg64(3));
        self.session.host.set_tag(&tag, code, Some(notice))?;
        Ok(0)
    }

    pub(super) fn delete_contract_wasm_ref(&mut self) -> Result<u64, Stop> {
        let tag = self.tag_name(0)?;
        self.session.host.delete_tag(&tag)?;
        Ok(0)
    }

    pub(super) fn get_contract_wasm_ref(&mut self) -> Result<u64, Stop> {
        let (manager, tag) = self.tag_ref()?;
        let found = self.session.host.tag(TagRef { manager, tag: &tag })?;
        self.answer_hash(3, found.map(|code| (1, code)))
    }

    pub(super) fn create_contract_with_external_ref(&mut self) -> Result<u64, Stop> {
        let (manager, tag) = self.tag_ref()?;
        let salt = self.fixed(3)?;
        self.create(TagRef { manager, tag: &tag }, salt, None, 4)
    }

    pub(super) fn create_contract_with_external_ref_and_constructor(&mut self) -> Result<u64, Stop> {
        let (manager, tag) = self.tag_ref()?;
        let salt = self.fixed(3)?;
        let args: Vec<u8> = self.bytes(4, limits::CALL_BYTES, "the argument")?;
        let value = u128::from_le_bytes(self.fixed(6)?);
        self.create(TagRef { manager, tag: &tag }, salt, Some(Construction { args: &args, value }), 7)
    }

    fn create(
        &mut self,
        tag: TagRef<'_>,
        salt: [u8; 32],
        constructor: Option<Construction<'_>>,
        out: usize,
    ) -> Result<u64, Stop> {
        let Session { host, gas, stack, .. } = &mut *self.session;
        let mut stack_left = *stack;
        let id = host.create_follower(tag, salt, constructor, gas, &mut stack_left)?;
        self.answer(out, &id)
    }

    pub(super) fn update_current_contract_executable_ref(&mut self) -> Result<u64, Stop> {
        let (manager, tag) = self.tag_ref()?;
        self.session.host.update_executable(ExecutableRequest::Follow(TagRef { manager, tag: &tag }))?;
        Ok(0)
    }

    pub(super) fn pin_current_contract_executable(&mut self) -> Result<u64, Stop> {
        let code: [u8; 32] = self.fixed(0)?;
        let pin = Some(code).filter(|code| *code != [0; 32]);
        self.session.host.update_executable(ExecutableRequest::Pin(pin))?;
        Ok(0)
    }

    pub(super) fn update_current_contract_wasm(&mut self) -> Result<u64, Stop> {
        let code = self.fixed(0)?;
        self.session.host.update_executable(ExecutableRequest::Own(code))?;
        Ok(0)
    }

    pub(super) fn get_address_executable(&mut self) -> Result<u64, Stop> {
        let module = self.fixed(0)?;
        let found = self.session.host.executable(&module)?;
        self.answer_hash(1, found.map(|(source, code)| (source as u64, code)))
    }

    pub(super) fn apply_wasm_module_upgrade(&mut self) -> Result<u64, Stop> {
        let (module, code, migration) = (self.fixed(0)?, self.fixed(1)?, self.fixed(3)?);
        let migration = (self.arg(4) != 0).then_some(migration);
        let new_version = self.arg(2);
        self.session.host.apply_upgrade(UpgradeRequest { module, code, new_version, migration })?;
        Ok(0)
    }
}
