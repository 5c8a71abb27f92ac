//! seccomp: which system calls a worker may make.
//!
//! A list of what is forbidden, not of what is allowed: the C library, OpenVINO with its thread pool and Tesseract come
//! from the system and from a release of their own, and call what their version and the processor suggest (an upgrade of
//! glibc has broken many an allow-list); a line of work must not stand still for that. What weakens such a list is closed
//! in another way: calls that are newer than the list, and the x32 numbers, by which a forbidden call could be made under
//! another number, do not exist in here ([`ceiling`]).
//!
//! Two answers. A library might try, and can live without: the call fails ([`REFUSED`]). None of ours has ever a reason to
//! try: the process is killed ([`FATAL`]), and its page is held as crashed.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch, apply_filter_all_threads, sock_filter,
};

/// Calls that fail with "operation not permitted".
const REFUSED: &[c_long] = &[
    // The network and all other sockets: the worker has one, and uses `read`, `write`, `send` and `recv` on it.
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_sendmsg,
    libc::SYS_sendmmsg,
    // Other programs and processes.
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_tkill,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_send_signal,
    libc::SYS_setpgid,
    libc::SYS_setsid,
    libc::SYS_setns,
    libc::SYS_unshare,
    // Other users.
    libc::SYS_setuid,
    libc::SYS_setgid,
    libc::SYS_setreuid,
    libc::SYS_setregid,
    libc::SYS_setresuid,
    libc::SYS_setresgid,
    libc::SYS_setfsuid,
    libc::SYS_setfsgid,
    libc::SYS_setgroups,
    libc::SYS_capset,
    // Its own limits.
    libc::SYS_setrlimit,
    libc::SYS_setpriority,
    libc::SYS_ioprio_set,
    // Owners and rights of files, names that lead elsewhere.
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_linkat,
    libc::SYS_symlinkat,
    libc::SYS_mknodat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_chroot,
    libc::SYS_fanotify_init,
    libc::SYS_inotify_init1,
    // Memory shared with other processes, message queues, semaphores.
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_msgget,
    libc::SYS_semget,
    libc::SYS_mq_open,
    // Wide gates into the kernel that no library needs.
    libc::SYS_perf_event_open,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_io_setup,
    libc::SYS_userfaultfd,
    libc::SYS_memfd_create,
    libc::SYS_memfd_secret,
    libc::SYS_seccomp,
    libc::SYS_landlock_create_ruleset,
    libc::SYS_landlock_add_rule,
    libc::SYS_landlock_restrict_self,
    libc::SYS_syslog,
    libc::SYS_quotactl,
    libc::SYS_name_to_handle_at,
    libc::SYS_vhangup,
    libc::SYS_personality,
    libc::SYS_lookup_dcookie,
];

/// The same, of names that only older architectures have.
#[cfg(target_arch = "x86_64")]
const REFUSED_OLD: &[c_long] = &[
    libc::SYS_fork,
    libc::SYS_vfork,
    libc::SYS_chown,
    libc::SYS_lchown,
    libc::SYS_link,
    libc::SYS_symlink,
    libc::SYS_mknod,
    libc::SYS_inotify_init,
    libc::SYS_modify_ldt,
    libc::SYS_uselib,
];
#[cfg(not(target_arch = "x86_64"))]
const REFUSED_OLD: &[c_long] = &[];

/// Calls after which the process is dead.
const FATAL: &[c_long] = &[
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_bpf,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_kexec_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_open_by_handle_at,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_reboot,
    libc::SYS_acct,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_nfsservctl,
];

/// The newest call that this list has judged: `mseal`, Linux 6.10. Numbers from 424 on are the same on all architectures.
const NEWEST_JUDGED: c_long = libc::SYS_mseal;

/// Filters the calls of this process. `false` if the kernel cannot.
pub(super) fn filter() -> bool {
    let fatal = program(fatal(), SeccompAction::KillProcess);
    let refused = program(refused(), SeccompAction::Errno(libc::EPERM as u32));
    // What is refused comes last: the call that sets filters is among it.
    [Some(ceiling()), fatal, refused]
        .into_iter()
        .all(|program| program.is_some_and(|program| apply_filter_all_threads(&program).is_ok()))
}

/// Whether the kernel filters system calls.
#[allow(unsafe_code)]
pub(super) fn available() -> bool {
    const SECCOMP_GET_ACTION_AVAIL: libc::c_uint = 2;
    let action: u32 = libc::SECCOMP_RET_KILL_PROCESS;
    // SAFETY: the call reads the one number that it is given, and changes nothing.
    unsafe { libc::syscall(libc::SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &raw const action) == 0 }
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

fn program(rules: Option<Rules>, action: SeccompAction) -> Option<BpfProgram> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).ok()?;
    SeccompFilter::new(rules?, SeccompAction::Allow, action, arch).ok()?.try_into().ok()
}

fn refused() -> Option<Rules> {
    let own = u64::from(std::process::id());
    let argument = |index, operator, value| SeccompCondition::new(index, SeccompCmpArgLen::Dword, operator, value).ok();
    let if_so = |condition| Some(vec![SeccompRule::new(vec![condition?]).ok()?]);
    let mut rules: Rules = REFUSED.iter().chain(REFUSED_OLD).map(|&call| (call, Vec::new())).collect();
    let thread = libc::CLONE_THREAD as u64;
    let option = |option: libc::c_int| if_so(argument(0, SeccompCmpOp::Eq, option as u64));
    for (call, rule) in [
        // A new thread, not a new process: that would outlive the parent's kill.
        (libc::SYS_clone, if_so(argument(0, SeccompCmpOp::MaskedEq(thread), 0))?),
        // Signals to itself, as `abort` sends them.
        (libc::SYS_kill, if_so(argument(0, SeccompCmpOp::Ne, own))?),
        (libc::SYS_tgkill, if_so(argument(0, SeccompCmpOp::Ne, own))?),
        // Limits may be read: the pointer to new ones must be null.
        (libc::SYS_prlimit64, vec![SeccompRule::new(vec![pointer(2)?]).ok()?]),
        // Undoing what `limits` and `child` have set: no dump, and death with the parent.
        (libc::SYS_prctl, [option(libc::PR_SET_DUMPABLE)?, option(libc::PR_SET_PDEATHSIG)?].concat()),
    ] {
        rules.insert(call, rule);
    }
    Some(rules)
}

/// The argument is not null.
fn pointer(index: u8) -> Option<SeccompCondition> {
    SeccompCondition::new(index, SeccompCmpArgLen::Qword, SeccompCmpOp::Ne, 0).ok()
}

fn fatal() -> Option<Rules> {
    Some(FATAL.iter().map(|&call| (call, Vec::new())).collect())
}

/// A filter by which calls that are newer than the lists "are not implemented", as on an older kernel, which libraries
/// are used to. So is `clone3`, whose flags lie in memory that a filter cannot see: the C library then takes `clone`.
fn ceiling() -> BpfProgram {
    let instruction = |code: u32, jt, jf, k| sock_filter { code: code as u16, jt, jf, k };
    let absent = libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32;
    vec![
        // The number of the call is the first field of `struct seccomp_data`.
        instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0),
        instruction(libc::BPF_JMP | libc::BPF_JGT | libc::BPF_K, 2, 0, NEWEST_JUDGED as u32),
        instruction(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 1, 0, libc::SYS_clone3 as u32),
        instruction(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ALLOW),
        instruction(libc::BPF_RET | libc::BPF_K, 0, 0, absent),
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_lists_make_programs_and_no_call_is_on_both() {
        let (refused, fatal) = (refused().unwrap(), fatal().unwrap());
        assert_eq!(fatal.keys().find(|call| refused.contains_key(call)), None);
        assert!(program(Some(refused), SeccompAction::Errno(1)).is_some());
        assert!(program(Some(fatal), SeccompAction::KillProcess).is_some());
    }
}
