//! Metadata that a file keeps when it is replaced: owner, mode, attributes.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

use super::write::WriteError;

/// Makes a file that nobody else can read.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

/// Whether another file can take the place of one: with a second name, that name would keep the old text.
pub(super) fn is_single(data: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        data.nlink() < 2
    }
    #[cfg(not(unix))]
    {
        let _ = data;
        true
    }
}

/// Gives a new file, which has no text yet, the owner and the mode of another.
pub(super) fn resemble(file: &File, like: &Metadata) -> Result<(), WriteError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let own = file.metadata()?;
        let (owner, group) = (like.uid(), like.gid());
        // Only root may give files away.
        if (own.uid(), own.gid()) != (owner, group) && fchown(file, Some(owner), Some(group)).is_err() {
            return Err(WriteError::Owner);
        }
    }
    Ok(file.set_permissions(like.permissions())?)
}

/// Gives a new file the attributes of the one at a path, access control lists among them.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
pub(super) fn copy_attributes(file: &File, path: &Path) -> Result<(), WriteError> {
    attributes::copy(file, path).map_err(|_| WriteError::Attributes)
}

/// There are none.
#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
pub(super) fn copy_attributes(_: &File, _: &Path) -> Result<(), WriteError> {
    Ok(())
}

#[cfg(any(target_os = "linux", target_vendor = "apple"))]
mod attributes {
    use std::ffi::CString;
    use std::fs::File;
    use std::path::Path;

    use rustix::fs::{XattrFlags, fsetxattr, lgetxattr, llistxattr};
    use rustix::io::{Errno, Result};

    /// Attributes that the system gives a file by itself, to the new one as to the old.
    const BY_ITSELF: [&[u8]; 2] = [b"security.", b"com.apple."];

    pub(super) fn copy(file: &File, path: &Path) -> Result<()> {
        for name in names(path)? {
            let value = value(path, &name)?;
            fsetxattr(file, &name, &value, XattrFlags::empty())?;
        }
        Ok(())
    }

    fn names(path: &Path) -> Result<Vec<CString>> {
        let list = match grown(|buffer| llistxattr(path, buffer)) {
            Err(error) if error == Errno::NOTSUP => Vec::new(),
            other => other?,
        };
        let names = list.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        let own = names.filter(|name| !BY_ITSELF.iter().any(|start| name.starts_with(start)));
        Ok(own.filter_map(|name| CString::new(name).ok()).collect())
    }

    fn value(path: &Path, name: &CString) -> Result<Vec<u8>> {
        grown(|buffer| lgetxattr(path, name, buffer))
    }

    /// What is read into a buffer that is large enough; 64 KiB are the most that Linux has.
    fn grown(read: impl FnOnce(&mut [u8]) -> Result<usize>) -> Result<Vec<u8>> {
        let mut buffer = vec![0; 64 * 1024];
        let length = read(&mut buffer)?;
        buffer.truncate(length);
        Ok(buffer)
    }
}
