//! A throw-away certificate authority and one certificate for all of the stack's names. Made anew for each stack, and
//! deleted with it.

use anyhow::Result;
use base64::Engine as _;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, PublicKeyData as _,
};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// The files, and what a browser needs to accept them.
pub(crate) struct Tls {
    pub(crate) ca: PathBuf,
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
    /// SHA-256 of the certificate's public key, as `--ignore-certificate-errors-spki-list` takes it.
    pub(crate) fingerprint: String,
}

/// Makes the authority and the certificate in `folder`.
pub(crate) fn create(folder: &Path, names: &[String]) -> Result<Tls> {
    let ca_key = KeyPair::generate()?;
    let mut ca = CertificateParams::new(Vec::new())?;
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    ca.distinguished_name.push(DnType::CommonName, "Strongroom demo, throw-away authority");
    let ca_cert = ca.self_signed(&ca_key)?;

    let key = KeyPair::generate()?;
    let mut site = CertificateParams::new(names.to_vec())?;
    site.distinguished_name.push(DnType::CommonName, "Strongroom demo");
    site.use_authority_key_identifier_extension = true;
    let cert = site.signed_by(&key, &Issuer::from_params(&ca, &ca_key))?;

    let digest = ring::digest::digest(&ring::digest::SHA256, &key.subject_public_key_info());
    let tls = Tls {
        ca: folder.join("ca.pem"),
        cert: folder.join("cert.pem"),
        key: folder.join("key.pem"),
        fingerprint: base64::engine::general_purpose::STANDARD.encode(digest),
    };
    fs::write(&tls.ca, ca_cert.pem())?;
    fs::write(&tls.cert, cert.pem())?;
    fs::write(&tls.key, key.serialize_pem())?;
    fs::set_permissions(&tls.key, fs::Permissions::from_mode(0o600))?;
    Ok(tls)
}
