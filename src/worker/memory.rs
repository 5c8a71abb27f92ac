//! Out of memory, told apart from every other death of a worker.
//!
//! Rust ends a process that gets no memory with `abort`, and so does C++ when nobody catches its exception: the parent
//! would see a crash like any other. In a worker both ends are one exit code instead, which names the cause. The limit
//! itself is the kernel's (`sandbox`).

#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, Ordering};

/// The exit code of a worker that got no memory; any that neither Rust (101) nor a shell (126 and above) uses.
pub(super) const EXIT_CODE: i32 = 86;

#[global_allocator]
static ALLOCATOR: Watched = Watched;

/// Whether this process is a worker.
static IS_WORKER: AtomicBool = AtomicBool::new(false);

/// From now on a refused allocation ends the process with [`EXIT_CODE`].
pub fn end_process_if_refused() {
    IS_WORKER.store(true, Ordering::Relaxed);
    // SAFETY: the name ends with a zero. If the C++ library is loaded, the symbol is its `std::set_new_handler` by the
    // C++ ABI of all platforms that this program runs on: it takes a function without arguments and gives the former one.
    unsafe {
        let symbol = libc::dlsym(libc::RTLD_DEFAULT, c"_ZSt15set_new_handlerPFvvE".as_ptr());
        if !symbol.is_null() {
            let set_new_handler: extern "C" fn(extern "C" fn()) -> *mut libc::c_void = std::mem::transmute(symbol);
            set_new_handler(refused);
        }
    }
}

/// What C++ calls when `new` gets no memory.
extern "C" fn refused() {
    // SAFETY: ends the process without running anything of it, which may need memory or locks.
    unsafe { libc::_exit(EXIT_CODE) }
}

/// The system's allocator, which in a worker does not return without memory.
struct Watched;

impl Watched {
    #[inline]
    fn checked(&self, memory: *mut u8) -> *mut u8 {
        if memory.is_null() && IS_WORKER.load(Ordering::Relaxed) {
            refused();
        }
        memory
    }
}

// SAFETY: every call is the system allocator's own, with the caller's arguments.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        self.checked(unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        self.checked(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        self.checked(unsafe { System.realloc(memory, layout, size) })
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }
}
