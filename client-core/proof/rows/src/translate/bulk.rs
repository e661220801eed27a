//! `memory.copy` and `memory.fill` of few bytes, known beforehand: loads and stores in place of an intrinsic's loops.
//!
//! Everything is read before anything is written, and the last bytes are written first, so that what leaves the memory
//! traps before anything has changed.

use super::{function::Translator, intrinsics::Intrinsic, stack::row};
use crate::row::{BYTES_1, BYTES_2, BYTES_4, Kind, Row};
use alloc::vec::Vec;
use zera_vm::gas::BULK_SHIFT;

/// Most bytes that are copied or filled in place.
const MOST: u64 = 64;
/// Every byte of a word.
const EVERY_BYTE: u64 = 0x0101_0101_0101_0101;

/// One access of a piece: its offset and width flags.
type Piece = (u64, u8);

/// The fewest accesses that cover so many bytes; the last may overlap the one before.
fn pieces(bytes: u64) -> Vec<Piece> {
    let (width, flags) = match bytes {
        8.. => (8, 0),
        4.. => (4, BYTES_4),
        2.. => (2, BYTES_2),
        _ => (1, BYTES_1),
    };
    let mut pieces: Vec<Piece> = (0..bytes / width).map(|number| (number * width, flags)).collect();
    if !bytes.is_multiple_of(width) {
        pieces.push((bytes.saturating_sub(width), flags));
    }
    pieces
}

impl Translator<'_, '_> {
    /// Translates a bulk operator in place if its size is known and small; false if it is not.
    pub(super) fn few_bytes(&mut self, intrinsic: Intrinsic) -> bool {
        let Some(bytes) = self.out.known_top().filter(|bytes| (1..=MOST).contains(bytes)) else { return false };
        self.out.pop();
        if self.context.metered {
            self.out.jump_on(0, bytes >> BULK_SHIFT);
        }
        if intrinsic == Intrinsic::MemoryFill {
            self.fill(bytes);
        } else {
            self.copy(bytes);
        }
        true
    }

    fn copy(&mut self, bytes: u64) {
        // Behind all operands there is room: nothing of this block is that high.
        let room = self.out.next_slot();
        let from = self.out.operand();
        let to = self.out.operand();
        let pieces: Vec<(u32, Piece)> = (room..).zip(pieces(bytes)).collect();
        for (d, (imm, flags)) in &pieces {
            self.out.emit(Row { d: *d, a: from, flags: *flags, imm: *imm, ..row(Kind::Load) });
        }
        for (b, (imm, flags)) in pieces.iter().rev() {
            self.out.emit(Row { a: to, b: *b, flags: *flags, imm: *imm, ..row(Kind::Store) });
        }
    }

    fn fill(&mut self, bytes: u64) {
        let room = self.out.next_slot();
        let word = match self.out.known_top() {
            Some(value) => {
                self.out.pop();
                self.out.constant((value & 0xff).wrapping_mul(EVERY_BYTE), room)
            }
            None => {
                let value = self.out.operand();
                let (low, every) = (self.out.constant(0xff, room), room.saturating_add(1));
                self.out.emit(Row { d: room, a: value, b: low, ..row(Kind::Bits) });
                let every = self.out.constant(EVERY_BYTE, every);
                self.out.emit(Row { d: room, a: room, b: every, flags: crate::row::WIDE, ..row(Kind::Multiply) });
                room
            }
        };
        let to = self.out.operand();
        for (imm, flags) in pieces(bytes).into_iter().rev() {
            self.out.emit(Row { a: to, b: word, flags, imm, ..row(Kind::Store) });
        }
    }
}
