//! The guest's allocator: it only goes up. Every call runs on a fresh instance, so nothing ever needs to be collected;
//! the last block can grow, shrink and be freed in place, which is what a `Vec` being filled does.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32;
use core::cell::Cell;

const PAGE: usize = 64 << 10;

unsafe extern "C" {
    /// Where the linker's data ends and the heap may start.
    static __heap_base: u8;
}

struct Heap {
    /// First free address; 0 before the first allocation.
    next: Cell<usize>,
}

// SAFETY: a guest has one thread.
unsafe impl Sync for Heap {}

#[global_allocator]
static HEAP: Heap = Heap { next: Cell::new(0) };

impl Heap {
    /// Moves the end of the heap to `end`, growing memory if needed; false when memory is at its maximum.
    fn reach(&self, end: usize) -> bool {
        let have = wasm32::memory_size(0).saturating_mul(PAGE);
        if end > have && wasm32::memory_grow(0, (end - have).div_ceil(PAGE)) == usize::MAX {
            return false;
        }
        self.next.set(end);
        true
    }

    fn start(&self) -> usize {
        match self.next.get() {
            // Only the address of the symbol is taken.
            0 => (&raw const __heap_base).addr(),
            next => next,
        }
    }
}

// SAFETY: blocks never overlap (each starts at or after the end of the one before it) and lie inside memory.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let block = self.start().checked_next_multiple_of(layout.align());
        match block.and_then(|block| Some((block, block.checked_add(layout.size())?))) {
            Some((block, end)) if self.reach(end) => core::ptr::with_exposed_provenance_mut(block),
            _ => core::ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if block.addr() + layout.size() == self.next.get() {
            self.next.set(block.addr());
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let last = block.addr() + layout.size() == self.next.get();
        if last && let Some(end) = block.addr().checked_add(size) {
            return if self.reach(end) { block } else { core::ptr::null_mut() };
        }
        if size <= layout.size() {
            return block;
        }
        // SAFETY: `size` with the same alignment is a valid layout by this function's contract.
        let new = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !new.is_null() {
            // SAFETY: both blocks are live, apart, and at least as long as the old one.
            unsafe { core::ptr::copy_nonoverlapping(block, new, layout.size()) };
        }
        new
    }
}
