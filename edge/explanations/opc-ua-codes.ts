import { errors, events } from "./explanation.ts";

/** Why there is no session with a server of OPC UA, and what becomes of certificates. */
export const opcUaCodes = [
  ...events([
    "certificate.trusted",
    "Somebody trusted an OPC UA certificate that had been refused.",
    "Its bearer is let in at the next attempt; who did it and why is in the audit log.",
    "Was it not meant? Move its file out of trusted/certs of pkiFolder; that ends trust at the next connection.",
  ]),
  ...errors(
    [
      "opc-ua.certificate-untrusted",
      "An OPC UA server shows a certificate that nobody has trusted.",
      "It is not read; what it would say grows stale and then missing. The certificate waits, and it is asked again every few seconds.",
      "Compare the thumbprint with the server's own display; then sitectl connections trust THUMBPRINT --reason TEXT.",
    ],
    [
      "opc-ua.certificate-changed",
      "An OPC UA server that was trusted shows another certificate.",
      "It is not read, as if it were a stranger: it may be one.",
      "Was its certificate renewed? Compare the thumbprint at the server; then sitectl connections trust THUMBPRINT --reason TEXT. If nobody renewed it, find out who answers at that address.",
    ],
    [
      "opc-ua.certificate-expired",
      "An OPC UA server's certificate is past its last day.",
      "It is not read, trusted or not.",
      "Renew the certificate at the server and trust the new one. If it has not expired, our clock is wrong: sitectl time.",
    ],
    [
      "opc-ua.certificate-not-yet-valid",
      "An OPC UA server's certificate is not valid before a day to come.",
      "It is not read, trusted or not.",
      "One of two clocks is wrong, ours (sitectl time) or the one the certificate was made by.",
    ],
    [
      "opc-ua.certificate-refused",
      "An OPC UA server's certificate cannot be relied on: revoked, badly signed, or from an issuer nobody trusts.",
      "It is not read.",
      "sitectl devices ls names the status. An issuer's certificate and its revocation list go to issuers/ of pkiFolder.",
    ],
    [
      "opc-ua.we-are-not-trusted",
      "An OPC UA server refuses our own certificate.",
      "It is asked again every few seconds.",
      "Let the server trust the certificate in own/certs of the device's pkiFolder; most keep it among their rejected ones.",
    ],
    [
      "opc-ua.no-secure-endpoint",
      "An OPC UA server offers no endpoint with Basic256Sha256 and SignAndEncrypt.",
      "It is not read: nothing is asked over an open channel.",
      "Switch that endpoint on at the server.",
    ],
    [
      "opc-ua.log-in-refused",
      "An OPC UA server lets no anonymous session read it.",
      "It is asked again every few seconds.",
      "Allow anonymous reading for trusted applications at the server.",
    ],
    [
      "opc-ua.server-full",
      "An OPC UA server has no session or connection left for us.",
      "It is asked again every few seconds; we hold one session at a time.",
      "Who else is connected to it? Raise its limit, or end what nobody uses.",
    ],
    [
      "opc-ua.unreachable",
      "Nobody takes a connection at an OPC UA server's address.",
      "It is asked again, after pauses that grow to ten seconds.",
      "Power and network there; host, port and endpoint in the site's file.",
    ],
    [
      "opc-ua.silent",
      "An OPC UA server did not answer in time.",
      "The session is thrown away whole and another one opened.",
      "Is it overloaded, or the network? sitectl devices ls counts how often.",
    ],
    [
      "opc-ua.session-lost",
      "The session with an OPC UA server has ended: it restarted, or the network went.",
      "Another is opened; namespaces and nodes are looked up anew.",
      "Nothing, if it comes back within ten seconds.",
    ],
    [
      "opc-ua.connecting",
      "The first session with an OPC UA server is being opened.",
      "The device is asked again in a moment.",
      "Nothing to do.",
    ],
    [
      "opc-ua.failed",
      "The talk with an OPC UA server failed for a reason we have no name for.",
      "It is asked again every few seconds.",
      "sitectl devices ls has the library's own words.",
    ],
    [
      "opc-ua.no-thread",
      "The thread that speaks OPC UA does not run.",
      "The device counts as lost; the thread is started again every five seconds.",
      "Is @penstock/edge-opc-ua installed beside the edge?",
    ],
    [
      "opc-ua.namespace-missing",
      "An OPC UA server lacks the namespace that its map or driver names.",
      "It is not read: the same names elsewhere may mean other things.",
      "sitectl devices ls lists the namespaces it has; namespace in the device's map, or another endpoint.",
    ],
    [
      "opc-ua.node-missing",
      "An OPC UA server lacks a node that its map names.",
      "It is not read at all: half a device is none.",
      "The path in the device's map: browse names from Objects downwards, as they are spelled there.",
    ],
    [
      "certificate.unknown",
      "No certificate with this thumbprint waits here.",
      "Nothing was trusted.",
      "sitectl connections lists those that wait; the thumbprint is wanted whole, 40 hexadecimal digits.",
    ],
    [
      "certificate.already-trusted",
      "The certificate with this thumbprint is trusted already.",
      "Nothing was changed.",
      "If its bearer still has no session, sitectl devices ls and sitectl events say why.",
    ],
    [
      "certificate.cannot-move",
      "A certificate's file could not be moved to those that are trusted.",
      "It is trusted no more than before.",
      "Who owns pkiFolder, and is its disk full? The agent must be able to write there.",
    ],
  ),
];
