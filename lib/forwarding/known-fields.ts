/**
 * Header fields that say something of a client's certificate, whatever proxy writes them: those of RFC 9440, and those of the
 * configurations that the makers of proxies publish, also the ones with names in text that this package does not read.
 */
const families: readonly RegExp[] = [
  /^client-?cert(?:-|$|verify|chain)/, // RFC 9440, Google Cloud; Apache's guide
  /^(?:x-)?ssl-(?:client-|cert$)/, // nginx, HAProxy, Apache, Caddy, Kubernetes' ingress-nginx
  /^x-client-(?:cert|verify|dn|subject|issuer|serial)/, // Google Cloud's custom headers, nginx
  /^x-forwarded-(?:client-cert|tls-client-cert|ssl-client-cert)/, // Envoy, Traefik
  /^x-amzn-mtls-/, // AWS Application Load Balancer
  /^cf-client-cert-/, // Cloudflare
  /^cloudfront-viewer-cert-/, // CloudFront
  /^x-arr-clientcert/ // Azure
]

/** Whether a field of this name says something of a client's certificate, in any case, and with underscores for hyphens. */
export function isKnownField (name: string): boolean {
  const usual = name.toLowerCase().replaceAll('_', '-')
  return families.some((family) => family.test(usual))
}
