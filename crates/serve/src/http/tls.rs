//! TLS for a server: certificates and key from PEM files, and the names they are for.

use std::path::Path;
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::extensions::GeneralName;

use crate::error::{Error, Result};

/// What takes connections with the certificates and key of PEM files; and the names and addresses that the first
/// certificate is for.
///
/// # Errors
/// A file that cannot be read, or that is not what it should be.
pub(super) fn acceptor(cert: &Path, key: &Path) -> Result<(TlsAcceptor, Vec<String>)> {
    let wrong = |path: &Path, why: String| Error::Option(format!("{}: {why}", path.display()));
    let chain = CertificateDer::pem_file_iter(cert).map_err(|error| wrong(cert, error.to_string()))?;
    let chain: Vec<_> =
        chain.collect::<std::result::Result<_, _>>().map_err(|error| wrong(cert, error.to_string()))?;
    let first = chain.first().ok_or_else(|| wrong(cert, "it has no certificate in PEM".to_owned()))?;
    let names = names(first).ok_or_else(|| wrong(cert, "its certificate cannot be read".to_owned()))?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong(key, error.to_string()))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(cert, error.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(|error| wrong(key, error.to_string()))?;
    Ok((TlsAcceptor::from(Arc::new(config)), names))
}

fn names(cert: &CertificateDer<'_>) -> Option<Vec<String>> {
    let (_, cert) = x509_parser::parse_x509_certificate(cert).ok()?;
    let Some(list) = cert.subject_alternative_name().ok()? else { return Some(Vec::new()) };
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => Some(std::net::IpAddr::from(<[u8; 4]>::try_from(*bytes).ok()?).to_string()),
            16 => Some(std::net::IpAddr::from(<[u8; 16]>::try_from(*bytes).ok()?).to_string()),
            _ => None,
        },
        _ => None,
    };
    Some(list.value.general_names.iter().filter_map(name).collect())
}
