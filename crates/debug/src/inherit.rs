//! Descriptors that a program keeps, of those this process has. Must not know which program, or what it does with them.

use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::Command;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};

/// Has the program that `command` starts keep these descriptors under their numbers. No other program that is
/// started at the same moment gets them: the mark that closes them goes in the new process alone.
pub fn inherit(command: &mut Command, descriptors: Vec<OwnedFd>) {
    let keep = move || {
        for descriptor in &descriptors {
            fcntl(descriptor, FcntlArg::F_SETFD(FdFlag::empty()))?;
        }
        Ok(())
    };
    // SAFETY: between fork and exec it calls fcntl alone, which is safe there, and takes no memory and no lock.
    unsafe { command.pre_exec(keep) };
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::fd::AsRawFd;
    use std::process::Stdio;

    use super::*;

    #[test]
    fn a_program_keeps_what_it_is_given_and_others_do_not() {
        let (reader, writer) = nix::unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).unwrap();
        let line = format!("echo kept >&{}", writer.as_raw_fd());
        let mut other = Command::new("sh");
        other.arg("-c").arg(&line).stderr(Stdio::null());
        assert!(!other.status().unwrap().success());
        let mut command = Command::new("sh");
        command.arg("-c").arg(&line);
        inherit(&mut command, vec![writer]);
        assert!(command.status().unwrap().success());
        drop(command);
        let mut text = String::new();
        std::fs::File::from(reader).read_to_string(&mut text).unwrap();
        assert_eq!(text, "kept\n");
    }
}
