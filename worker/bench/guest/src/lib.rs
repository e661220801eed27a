//! Guests of the benches: each export takes how much to do and returns a number that depends on all of it.

#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// SHA-256 of a 64-byte message, `rounds` times, each over the digest before it.
#[unsafe(no_mangle)]
pub extern "C" fn sha256(rounds: i32) -> i32 {
    let mut state = [0u32; 8];
    for _ in 0..rounds {
        let mut block = [0x5a5a_5a5au32; 16];
        block[..8].copy_from_slice(&state);
        state = START;
        compress(&mut state, &block);
        // The padding of a message of one full block.
        let mut padding = [0; 16];
        padding[0] = 0x8000_0000;
        padding[15] = 512;
        compress(&mut state, &padding);
    }
    state[0] as i32
}

/// Fibonacci's numbers the slow way: two calls for almost every number.
#[unsafe(no_mangle)]
pub extern "C" fn fib(n: i32) -> i32 {
    if n < 2 { n } else { fib(n - 1).wrapping_add(fib(n - 2)) }
}

/// Interest of 5 basis points on a balance, `times` times over, in integers of 64 bits with a division each.
#[unsafe(no_mangle)]
pub extern "C" fn interest(times: i32) -> i32 {
    let mut balance = 1_000_000_000u64;
    for slot in 0..times as u64 {
        balance = (balance & 0xff_ffff_ffff) + (balance & 0xff_ffff_ffff) * 5 / 10_000 + slot % 7;
    }
    (balance ^ (balance >> 32)) as i32
}

/// Most numbers that [`sort`] sorts.
const MOST: usize = 8_192;
static mut NUMBERS: [u32; MOST] = [0; MOST];

/// Heap sort of `count` numbers (at most 8,192) in memory.
#[unsafe(no_mangle)]
pub extern "C" fn sort(count: i32) -> i32 {
    // SAFETY: a guest has one thread, and nothing else holds the numbers.
    let numbers = unsafe { &mut *&raw mut NUMBERS };
    let numbers = &mut numbers[..(count as usize).min(MOST)];
    let mut random = 0x9e37_79b9u32;
    for number in numbers.iter_mut() {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        *number = random;
    }
    for root in (0..numbers.len() / 2).rev() {
        sift(numbers, root);
    }
    for end in (1..numbers.len()).rev() {
        numbers.swap(0, end);
        sift(&mut numbers[..end], 0);
    }
    numbers.iter().fold(0u32, |sum, number| sum.rotate_left(5) ^ number) as i32
}

fn sift(heap: &mut [u32], mut root: usize) {
    loop {
        let mut child = 2 * root + 1;
        if child >= heap.len() {
            return;
        }
        if child + 1 < heap.len() && heap[child] < heap[child + 1] {
            child += 1;
        }
        if heap[root] >= heap[child] {
            return;
        }
        heap.swap(root, child);
        root = child;
    }
}

/// Next to nothing: what a call costs by itself.
#[unsafe(no_mangle)]
pub extern "C" fn nothing(n: i32) -> i32 {
    n.wrapping_add(1)
}

#[link(wasm_import_module = "zera")]
unsafe extern "C" {
    fn storage_get(key: *const u8, key_length: usize, out: *mut u8, room: usize) -> i32;
    fn storage_set(key: *const u8, key_length: usize, value: *const u8, value_length: usize);
}

/// What the transactions of measured blocks do: read one entry, divide `rounds` times, write the entry.
#[unsafe(no_mangle)]
pub extern "C" fn work(entry: i64, rounds: i64) -> i64 {
    let key = entry.to_le_bytes();
    let mut value = [0u8; 8];
    // SAFETY: both point to as many bytes as they say, in this memory.
    unsafe { storage_get(key.as_ptr(), key.len(), value.as_mut_ptr(), value.len()) };
    let mut mixed = u64::from_le_bytes(value);
    for round in 0..rounds as u64 {
        mixed = (mixed ^ 0x9e37_79b9_7f4a_7c15) / (round | 1) + mixed.rotate_left(7);
    }
    let value = mixed.to_le_bytes();
    // SAFETY: as above.
    unsafe { storage_set(key.as_ptr(), key.len(), value.as_ptr(), value.len()) };
    mixed as i64
}

const START: [u32; 8] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
];

const K: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];

fn compress(state: &mut [u32; 8], block: &[u32; 16]) {
    let mut w = [0u32; 64];
    w[..16].copy_from_slice(block);
    for t in 16..64 {
        let s0 = w[t - 15].rotate_right(7) ^ w[t - 15].rotate_right(18) ^ (w[t - 15] >> 3);
        let s1 = w[t - 2].rotate_right(17) ^ w[t - 2].rotate_right(19) ^ (w[t - 2] >> 10);
        w[t] = w[t - 16].wrapping_add(s0).wrapping_add(w[t - 7]).wrapping_add(s1);
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for t in 0..64 {
        let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let choice = (e & f) ^ (!e & g);
        let first = h.wrapping_add(s1).wrapping_add(choice).wrapping_add(K[t]).wrapping_add(w[t]);
        let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let second = s0.wrapping_add((a & b) ^ (a & c) ^ (b & c));
        (h, g, f, e) = (g, f, e, d.wrapping_add(first));
        (d, c, b, a) = (c, b, a, first.wrapping_add(second));
    }
    for (word, add) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *word = word.wrapping_add(add);
    }
}
