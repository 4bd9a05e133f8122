/**
 * Values of forwarded certificates as others published them, so that the tests do not only meet what this project wrote itself.
 * They are quoted unchanged. Where a published test puts a value together from parts, so does this file, and says so. Google and Caddy
 * publish no value of their own, and so have no example.
 */

export interface PublishedExample {
  /** Where it stands: URL or document and section. */
  readonly source: string
  readonly from: 'rfc9440' | 'nginx' | 'haproxy' | 'apache' | 'caddy' | 'traefik' | 'envoy' | 'aws-alb' | 'cloudflare' | 'cloudfront' | 'azure' | 'google'
  /** Header fields by lower-case name, as they reach the application: first the certificate's, then the chain's. */
  readonly fields: Readonly<Record<string, string>>
  /**
   * What comes out: SHA-256 (hex, lower case) of the leaf's DER, and how many certificates there are behind it. `absent` where the
   * form says that there is none; `malformed` where the example has no (whole) certificate.
   */
  readonly expected: { readonly leaf: string, readonly intermediates: number } | 'absent' | 'malformed'
}

const rfc9440 = 'https://www.rfc-editor.org/rfc/rfc9440.html#appendix-A'
const keycloak = 'https://github.com/keycloak/keycloak/blob/e7394b1d9cdf66d601a7e9ef65b46c225f128b9f/services/src/test'
const keycloakEnvoyTests = 'https://github.com/keycloak/keycloak/blob/main/services/src/test/java/org/keycloak/services/x509/EnvoyProxySslClientCertificateLookupTest.java'
const tomcat = 'https://github.com/apache/tomcat/blob/84ac9af072d4c43ebb44ccc0ceba405ad0a84903/test/org/apache/catalina/valves/TestSSLValve.java'
const traefik = 'https://github.com/traefik/traefik/blob'
const envoyDocs = 'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-client-cert'
const envoyTests = 'https://github.com/envoyproxy/envoy/blob/00918989f1ef203a9b26f1b14593ef6102cc1dee/test/common/http/conn_manager_utility_test.cc'
const albDocs = 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html#mtls-http-headers'
const gatewayPost = 'https://ronaldbosma.github.io/blog/2024/02/19/validate-client-certificates-in-api-management-when-its-behind-an-application-gateway/'

// All digests are of octets that X509Certificate of node:crypto reads, and nothing stands behind them.
const rfc9440Digest = 'bfaf1f7e070f9fa8dd62905f158da73f84a1136624fbafcc9393c8f7287a69eb'

const rfc9440Leaf = [
  'MIIBqDCCAU6gAwIBAgIBBzAKBggqhkjOPQQDAjA6MRswGQYDVQQKDBJMZXQncyBBdXRoZW50aWNhdGUxGzAZBgNVBAMMEkxBIEludGVybWVkaWF0ZSBDQTAe',
  'Fw0yMDAxMTQyMjU1MzNaFw0yMTAxMjMyMjU1MzNaMA0xCzAJBgNVBAMMAkJDMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8YnXXfaUgmnMtOXU/IncWalR',
  'hebrXmckC8vdgJ1p5Be5F/3YC8OthxM4+k1M6aEAEFcGzkJiNy6J84y7uzo9M6NyMHAwCQYDVR0TBAIwADAfBgNVHSMEGDAWgBRm3WjLa38lbEYCuiCPct0Z',
  'aSED2DAOBgNVHQ8BAf8EBAMCBsAwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0RAQH/BBMwEYEPYmRjQGV4YW1wbGUuY29tMAoGCCqGSM49BAMCA0gAMEUC',
  'IBHda/r1vaL6G3VliL4/Di6YK0Q6bMjeSkC3dFCOOB8TAiEAx/kHSB4urmiZ0NX5r5XarmPk0wmuydBVoU4hBVZ1yhk='
].join('')

const rfc9440Intermediate = [
  'MIIB5jCCAYugAwIBAgIBFjAKBggqhkjOPQQDAjBWMQswCQYDVQQGEwJVUzEbMBkGA1UECgwSTGV0J3MgQXV0aGVudGljYXRlMSowKAYDVQQDDCFMZXQncyBB',
  'dXRoZW50aWNhdGUgUm9vdCBBdXRob3JpdHkwHhcNMjAwMTE0MjEzMjMwWhcNMzAwMTExMjEzMjMwWjA6MRswGQYDVQQKDBJMZXQncyBBdXRoZW50aWNhdGUx',
  'GzAZBgNVBAMMEkxBIEludGVybWVkaWF0ZSBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJf+aA54RC5pyLAR5yfXVYmNpgd+CGUTDp2KOGhc0gK91zxh',
  'HesEYkdXkpS2UN8Kati+yHtWCV3kkhCngGyv7RqjZjBkMB0GA1UdDgQWBBRm3WjLa38lbEYCuiCPct0ZaSED2DAfBgNVHSMEGDAWgBTEA2Q6eecKu9g9yb5g',
  'lbkhhVINGDASBgNVHRMBAf8ECDAGAQH/AgEAMA4GA1UdDwEB/wQEAwIBhjAKBggqhkjOPQQDAgNJADBGAiEA5pLvaFwRRkxomIAtDIwg9D7gC1xzxBl4r28E',
  'zmSO1pcCIQCJUShpSXO9HDIQMUgH69fNDEMHXD3RRX5gP7kuu2KGMg=='
].join('')

const rfc9440Root = [
  'MIICBjCCAaygAwIBAgIJAKS0yiqKtlhoMAoGCCqGSM49BAMCMFYxCzAJBgNVBAYTAlVTMRswGQYDVQQKDBJMZXQncyBBdXRoZW50aWNhdGUxKjAoBgNVBAMM',
  'IUxldCdzIEF1dGhlbnRpY2F0ZSBSb290IEF1dGhvcml0eTAeFw0yMDAxMTQyMTI1NDVaFw00MDAxMDkyMTI1NDVaMFYxCzAJBgNVBAYTAlVTMRswGQYDVQQK',
  'DBJMZXQncyBBdXRoZW50aWNhdGUxKjAoBgNVBAMMIUxldCdzIEF1dGhlbnRpY2F0ZSBSb290IEF1dGhvcml0eTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA',
  'BFoaHU+Z5bPKmGzlYXtCf+E6HYj62fORaHDOrt+yyh3H/rTcs7ynFfGn+gyFsrSP3Ez88rajv+U2NfD0o0uZ4PmjYzBhMB0GA1UdDgQWBBTEA2Q6eecKu9g9',
  'yb5glbkhhVINGDAfBgNVHSMEGDAWgBTEA2Q6eecKu9g9yb5glbkhhVINGDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBhjAKBggqhkjOPQQDAgNI',
  'ADBFAiEAmAeg1ycKHriqHnaD4M/UDBpQRpkmdcRFYGMg1Qyrkx4CIB4ivz3wQcQkGhcsUZ1SOImd/lq1Q0FLf09rGfLQPWDc'
].join('')

// Apache-2.0, by the authors of Keycloak, who had HAProxy write these two values.
const haproxyDigest = 'aae857959e66b5d9c762e9f2208f1b09f4a3a0aa44cfc207b5a68cc4726de1e2'

const haproxyLeaf = [
  'MIIDCTCCAfGgAwIBAgIUZLYZyF77irC+Wxmq+IhwzJtpU3gwDQYJKoZIhvcNAQELBQAwIzEhMB8GA1UEAwwYQ2xpZW50IEludGVybWVkaWF0ZSBDQSAyMB4X',
  'DTI2MDUyNTEyMjc1M1oXDTI3MDUyNTEyMjc1M1owFjEUMBIGA1UEAwwLdGVzdC1jbGllbnQwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQCq3ZDx',
  '4qrHeuCNwkMEKnb3UAU7TtuEjTxdK+UHGGWma7+T21HJBfX2lTxu1l4YVxzxVnOaPlUqmxJv/hk6BD44TO/vXhZ31DHqQc0kzIa1R/BgZ3qh1RY9PR2eUJj2',
  '+kjymrUtgoehoXoP8gXJNv+x/aoJWs5plR92lWbCOPs/r9KQOvCqGhNdB3KHaTvBHdJBb8Mljov6TKYL5rQVZ8g+HyDTE/2+qOiKJ4uTwFjqCa1fVwyahWzH',
  'Gw3JSYS3O2WZCSvCCdu3z2Oxd9ya5gcWGK7PlV2mGfl+KhaZWCZN1Qy+7aLKk72oaDra8DXNH79XktQ93CVl0VaOSV9AN6MDAgMBAAGjQjBAMB0GA1UdDgQW',
  'BBS7ISGhulqWKe92WfcfVluKttX58jAfBgNVHSMEGDAWgBT6cVfDRl60tm9x2oe1+g2TLuI5CDANBgkqhkiG9w0BAQsFAAOCAQEADmDwrkr9q+6HGXeKsk+G',
  '6sMhzseibiQ/vkai+7SpZybo2o7BJto7UOM6/Sq6BR7daopAEGxD6gkcaQ490YPkrGygeMm95UaDUxJSiOkS/AVcQq52wY0iX1GDfM4siphN1z0+nCyF8oCW',
  '14HZlzzusav8WputM1PB8cIlUx2gCzuVPBo5TB6Pq4wP2sMHktA+WAJQEIw4MLmpjBaxfpRLfMZkyujcp073L3nxkvVrAqn70hxRKvlS6Fyjrfx/3r35arJf',
  'vsVxSRqYpyCYcTBp+CBrQDnn+/9oOBstE+I/TIGLs/eRyESZ6zalvLyFfyjVLvTRvezaU9soTyE8KbMIQw=='
].join('')

const haproxyChain = [
  'MIIDOjCCAiKgAwIBAgIUb6G7JHoFI2yQmOfHZn42jRNxRXMwDQYJKoZIhvcNAQELBQAwIzEhMB8GA1UEAwwYQ2xpZW50IEludGVybWVkaWF0ZSBDQSAxMB4X',
  'DTI2MDUyNTEyMjc1M1oXDTI3MDUyNTEyMjc1M1owIzEhMB8GA1UEAwwYQ2xpZW50IEludGVybWVkaWF0ZSBDQSAyMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A',
  'MIIBCgKCAQEAoFM/pIPw8jrxwzUx+qfvMw7NC4RmS7lZOktEpjkOw0iBPW8YG43vDSKtSPS1TtBUIa3Q06E/6dfkRbUf+f3WFFDG9vVxN0u+0B/TozQzXn13',
  'RSFzsDMwFbkp+17gk/mO1VcZZQTS4+4fP/ybHJE0wSx6RIwetS5257xpmw9YwQd/8JeSp8g68kdVjvJNucWf9a4yLe+3xj0QFTz65LHEH7XV4cKuUDVVGvSx',
  'hoyvD6D34L83ShPTGuL/x98ZglqiQVQvzrWv8GdMzwOb0Gc5KTP6pzS61TFbDVR+9arfniqm5k8/DZZe1WnW8+VsIYEjpd4mEgLRk37pISDGVQjuLQIDAQAB',
  'o2YwZDASBgNVHRMBAf8ECDAGAQH/AgEAMA4GA1UdDwEB/wQEAwIBBjAdBgNVHQ4EFgQU+nFXw0ZetLZvcdqHtfoNky7iOQgwHwYDVR0jBBgwFoAU2h5hzThh',
  'UBUdbyjO51hcHizMU8UwDQYJKoZIhvcNAQELBQADggEBAD/6Wm9Bt1/coL5VLeR3ESqFIE3nTilSfaAzLTCa6q7Ya1KhL4iv/j0WgpO2UuaSSY25QkZwbJ9p',
  '2Bw2uAIZhyzChDG1JPRTX8N8AQnVfvwiQW7swKsV2AzN9VU8pBUsg5S5Qc6ZLpL+CONgWrL0vQoOo9PDJYHH9LUv8NWrd+AbcDzLr11Yij8FB6dyP6ZZIdYN',
  'fJ83Re7oegRjoPfZLdR2JdBYDVIABQ3Yk61DwP+jTlXOC4/Ecj0o+ylk8gh6T5wD0ZqiKou4lt8WnANmBPtcNVp41I3bB3hnCYiprIWM6aTQrT3RCs6bghFR',
  '+ei/msmceALDmKv5bB7nv++m3/cwggMrMIICE6ADAgECAhRQ7kOdox1US+er4Kac5a6xyTdD8zANBgkqhkiG9w0BAQsFADAUMRIwEAYDVQQDDAlDbGllbnQg',
  'Q0EwHhcNMjYwNTI1MTIyNzUzWhcNMjcwNTI1MTIyNzUzWjAjMSEwHwYDVQQDDBhDbGllbnQgSW50ZXJtZWRpYXRlIENBIDEwggEiMA0GCSqGSIb3DQEBAQUA',
  'A4IBDwAwggEKAoIBAQDTAexHFV9xqDczGWBDlGzGVk2Aj8DnNn8bbq6kBGcp3o1amButHKD+toHgeJTDA52MRzRNXnb0Np6CKyZNSaSJkOlD/RKVBdAyBr/Q',
  'gzYxygKkDZgJOy6sOIfdgkEZzQfq2puBO/u+bX8AovFEBS2vOCNuzszhwg82zlW2dIzAajVFCeMK9O13GzxJ0h4V4ztmv4f/3iPdktIpvN3b+ssQLU9bUvjf',
  '91A2wHGQhSejXXoY2iGT8+8mHTzJbWBc/EhQyZkld8JpUR/nZbL6AviMvYTpBQxpek8Gttv0LAvJRXvvhtjPqvz/LpZovV6bC2Ba9/flechJ1wM5Iuqfjr/X',
  'AgMBAAGjZjBkMBIGA1UdEwEB/wQIMAYBAf8CAQEwDgYDVR0PAQH/BAQDAgEGMB0GA1UdDgQWBBTaHmHNOGFQFR1vKM7nWFweLMxTxTAfBgNVHSMEGDAWgBQd',
  'NKfzYy2Kln4pXT5tlMWVw0Tf4DANBgkqhkiG9w0BAQsFAAOCAQEALjKhUDsfczuGnl6wt+jFRz6y3Caka+gDOM2qZHmnycRHZ1GfS8g3Qw+WhN9snq58myWK',
  'hYQvVyrFzla+lruVZL95KJbNmFuZkSkf83qIxZt5OzK2r2sG1kZJ64279e6odaZ0HcIwKhe6YuKv1p8sC2S1xmZGPftyUDLoQhwGd76OLwh+DtE1vVikAEqS',
  '893mBiqICH6iu/BNjzWdvzac1tF2R4RUiMPcRcfg0tNWpx5iFyb6i/kEAkG/0ClQNbJzSibZYapl5/WTGnn9F8XH4L22YGqmGr9rB/9HJ0aNX/IstaNq9WSE',
  'bPsb1wkmZ1spJGTpEgAe9pYC/O2ZpfkqHA=='
].join('')

// Apache-2.0, by The Apache Software Foundation.
const tomcatDigest = '520258727cb123919517c1161dcb071fc04c76c3679808736b87d0bd79495071'

const tomcatLines = [
  '-----BEGIN CERTIFICATE-----',
  'MIIFXTCCA0WgAwIBAgIJANFf3YTJgYifMA0GCSqGSIb3DQEBCwUAMEUxCzAJBgNV',
  'BAYTAkFVMRMwEQYDVQQIDApTb21lLVN0YXRlMSEwHwYDVQQKDBhJbnRlcm5ldCBX',
  'aWRnaXRzIFB0eSBMdGQwHhcNMTcwNTI2MjEzNjM3WhcNMTgwNTI2MjEzNjM3WjBF',
  'MQswCQYDVQQGEwJBVTETMBEGA1UECAwKU29tZS1TdGF0ZTEhMB8GA1UECgwYSW50',
  'ZXJuZXQgV2lkZ2l0cyBQdHkgTHRkMIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIIC',
  'CgKCAgEA2ykNBanZz4cVITNpZcWNVmErUzqgSNrK361mj9vEdB1UkHatwal9jVrR',
  'QvFgfiZ8Gl+/85t0ebJhJ+rIr1ww6JE7v2s2MThENj95K5EwZOmgvw+CBlBYsFIz',
  '8BtjlVYy+v7RaGPXfjrFkexQP9UIaiIIog2ClDZirRvb+QxS930/YW5Qo+X6EX6W',
  '/m/HvlorD25U4ni2FQ0y+EMO2e1jD88cAAMoP5f+Mf6NBK8I6yUeaSuMq7WqtHGV',
  'e4F1WOg5z9J5c/M69rB0iQr5NUQwZ1mPYf5Kr0P6+TLh8DJphbVvmHJyT3bgofeV',
  'JYl/kdjiXS5P/jwY9tfmhu04tsyzopWRUFCcj5zCiqZYaMn0wtDn08KaAh9oOlg8',
  'Z6mJ9i5EybkLm63W7z7LxuM+qnYzq4wKkKdx8hbpASwPqzJkJeXFL/LzhKdZuHiR',
  'clgPVYnm98URwhObh073dKguG/gkhcnpXcVBBVdVTJZYGBvTpQh0afXd9bcBwOzY',
  't4MDpGiQB2fLzBOEZhQ37kUcWPmZw5bNPxhx4yE96Md0rx/Gu4ipAHuqLemb1SL5',
  'uWNesVmgY3OXaIamQIm9BCwkf8mMvoYdAT+lukTUZLtJ6s2w+Oxnl10tmb+6sTXy',
  'UB3WcBTp/o3YjAyJPnM1Wq6nVNQ4W2+NbV5purGAP09sumxeJj8CAwEAAaNQME4w',
  'HQYDVR0OBBYEFCGOYMvymUG2ZZT+lK4LvwEvx731MB8GA1UdIwQYMBaAFCGOYMvy',
  'mUG2ZZT+lK4LvwEvx731MAwGA1UdEwQFMAMBAf8wDQYJKoZIhvcNAQELBQADggIB',
  'AG6m4nDYCompUtRVude1qulwwAaYEMHyIIsfymI8uAE7d2o4bGjVpAUOdH/VWSOp',
  'Rzx0oK6K9cHyiBlKHw5zSZdqcRi++tDX3P9Iy5tXO//zkhMEnSpk6RF2+9JXtyhx',
  'Gma4yAET1yES+ybiFT21uZrGCC9r69rWG8JRZshc4RVWGwZsd0zrATVqfY0mZurm',
  'xLgU4UOvkTczjlrLiklwwU68M1DLcILJ5FZGTWeTJ/q1wpIn9isK2siAW/VOcbuG',
  'xdbGladnIFv+iQfuZG0yjcuMsBFsQiXi6ONM8GM+dr+61V63/1s73jYcOToEsTMM',
  '3bHeVffoSkhZvOGTRCI6QhK9wqnIKhAYqu+NbV4OphfE3gOaK+T1cASXUtSQPXoa',
  'sEoIVmbQsWRBhWvYShVqvINsH/hAT3Cf/+SslprtQUqiyt2ljdgrRFZdoyB3S7ky',
  'KWoZRvHRj2cKU65LVYwx6U1A8SGmViz4aHMSai0wwKzOVv9MGHeRaVhlMmMsbdfu',
  'wKoKJv0xYoVwEh1rB8TH8PjbL+6eFLeZXYVZnH71d5JHCghZ8W0a11ZuYkscSQWk',
  'yoTBqEpJloWksrypqp3iL4PAL5+KkB2zp66+MVAg8LcEDFJggBBJCtv4SCWV7ZOB',
  'WLu8gep+XCwSn0Wb6D3eFs4DoIiMvQ6g2rS/pk7o5eWj',
  '-----END CERTIFICATE-----'
]

// MIT, by Traefik Labs and Containous; likewise the next ones.
const traefikDigest = '07acea88db7009c5e0ee831c44912e32179bcc6fc2ec0905805781f506eaa17e'

const traefikLeaf = [
  'MIIDNTCCAh0CFD0QQcHXUJuKwMBYDA+bBExVSP26MA0GCSqGSIb3DQEBCwUAMFYxCzAJBgNVBAYTAkZSMQ8wDQYDVQQIDAZGcmFuY2UxFTATBgNVBAoMDFRy',
  'YWVmaWsgTGFiczEQMA4GA1UECwwHdHJhZWZpazENMAsGA1UEAwwEcm9vdDAeFw0yMTAxMDgxNzQ0MjRaFw0zMTAxMDYxNzQ0MjRaMFgxCzAJBgNVBAYTAkZS',
  'MQ8wDQYDVQQIDAZGcmFuY2UxFTATBgNVBAoMDFRyYWVmaWsgTGFiczEQMA4GA1UECwwHdHJhZWZpazEPMA0GA1UEAwwGc2VydmVyMIIBIjANBgkqhkiG9w0B',
  'AQEFAAOCAQ8AMIIBCgKCAQEAvYK2z8gLPOfFLgXNWP2460aeJ9vrH47x/lhKLlv4amSDHDx8Cmz/6blOUM8XOfMRW1xx++AgChWN9dx/kf7G2xlA5grZxRvU',
  'Q6xj7AvFG9TQUA3muNh2hvm9c3IjaZBNKH27bRKuDIBvZBvXdX4NL/aaFy7w7v7IKxk8j4WkfB23sgyH43g4b7NqKHJugZiedFu5GALmtLbShVOFbjWcre7W',
  'vatdw8dIBmiFJqZQT3UjIuGAgqczIShtLxo4V+XyVkIPmzfPrRV+4zoMFIFOIaj3syyxb4krPBtxhe7nz2cWvvq0wePB2y4YbAAoVY8NYpd5JsMFwZtG6Uk5',
  '9ygv4QIDAQABMA0GCSqGSIb3DQEBCwUAA4IBAQDaPg69wNeFNFisfBJTrscqVCTW+B80gMhpLdxXD+KO0/Wgc5xpB/wLSirNtRQyxAa3+EEcIwJv/wdh8Eyj',
  'lDLSpFm/8ghntrKhkOfIOPDFE41M5HNfx/Fuh5btKEenOL/XdapqtNUt2ZE4RrsfbL79sPYepa9kDUVi2mCbeH5ollZ0MDU68HpB2YwHbCEuQNk5W3pjYK2N',
  'aDkVnxTkfEDM1k+3QydO1lqB5JJmcrs59BEveTqaJ3eeh/0I4OOab6OkTTZ0JNjJp1573oxO+fce/bfGud8xHY5gSN9huU7U6RsgvO7Dhmal/sDNl8XC8oU9',
  '0hVDVXZdA7ewh4jjaoIv'
].join('')

const traefikLeafEscaped = [
  'MIIDNTCCAh0CFD0QQcHXUJuKwMBYDA%2BbBExVSP26MA0GCSqGSIb3DQEBCwUAMFYxCzAJBgNVBAYTAkZSMQ8wDQYDVQQIDAZGcmFuY2UxFTATBgNVBAoMDF',
  'RyYWVmaWsgTGFiczEQMA4GA1UECwwHdHJhZWZpazENMAsGA1UEAwwEcm9vdDAeFw0yMTAxMDgxNzQ0MjRaFw0zMTAxMDYxNzQ0MjRaMFgxCzAJBgNVBAYTAk',
  'ZSMQ8wDQYDVQQIDAZGcmFuY2UxFTATBgNVBAoMDFRyYWVmaWsgTGFiczEQMA4GA1UECwwHdHJhZWZpazEPMA0GA1UEAwwGc2VydmVyMIIBIjANBgkqhkiG9w',
  '0BAQEFAAOCAQ8AMIIBCgKCAQEAvYK2z8gLPOfFLgXNWP2460aeJ9vrH47x%2FlhKLlv4amSDHDx8Cmz%2F6blOUM8XOfMRW1xx%2B%2BAgChWN9dx%2Fkf7G',
  '2xlA5grZxRvUQ6xj7AvFG9TQUA3muNh2hvm9c3IjaZBNKH27bRKuDIBvZBvXdX4NL%2FaaFy7w7v7IKxk8j4WkfB23sgyH43g4b7NqKHJugZiedFu5GALmtL',
  'bShVOFbjWcre7Wvatdw8dIBmiFJqZQT3UjIuGAgqczIShtLxo4V%2BXyVkIPmzfPrRV%2B4zoMFIFOIaj3syyxb4krPBtxhe7nz2cWvvq0wePB2y4YbAAoVY',
  '8NYpd5JsMFwZtG6Uk59ygv4QIDAQABMA0GCSqGSIb3DQEBCwUAA4IBAQDaPg69wNeFNFisfBJTrscqVCTW%2BB80gMhpLdxXD%2BKO0%2FWgc5xpB%2FwLSi',
  'rNtRQyxAa3%2BEEcIwJv%2Fwdh8EyjlDLSpFm%2F8ghntrKhkOfIOPDFE41M5HNfx%2FFuh5btKEenOL%2FXdapqtNUt2ZE4RrsfbL79sPYepa9kDUVi2mCb',
  'eH5ollZ0MDU68HpB2YwHbCEuQNk5W3pjYK2NaDkVnxTkfEDM1k%2B3QydO1lqB5JJmcrs59BEveTqaJ3eeh%2F0I4OOab6OkTTZ0JNjJp1573oxO%2Bfce%2',
  'FbfGud8xHY5gSN9huU7U6RsgvO7Dhmal%2FsDNl8XC8oU90hVDVXZdA7ewh4jjaoIv'
].join('')

const traefikMinimalDigest = '808c0d8f051263c2fade21ab8142efe5f795b4da61ea36365fcc650982879b1e'

const traefikMinimal = [
  'MIIDGTCCAgECCQCqLd75YLi2kDANBgkqhkiG9w0BAQsFADBYMQswCQYDVQQGEwJGUjETMBEGA1UECAwKU29tZS1TdGF0ZTERMA8GA1UEBwwIVG91bG91c2Ux',
  'ITAfBgNVBAoMGEludGVybmV0IFdpZGdpdHMgUHR5IEx0ZDAeFw0xODA3MTgwODI4MTZaFw0xODA4MTcwODI4MTZaMEUxCzAJBgNVBAYTAkZSMRMwEQYDVQQI',
  'DApTb21lLVN0YXRlMSEwHwYDVQQKDBhJbnRlcm5ldCBXaWRnaXRzIFB0eSBMdGQwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQC/+frDMMTLQyXG',
  '34F68BPhQq0kzK4LIq9Y0/glFjySZNn1C0QDWA1ubVCAcA6yY204I9cxcQDPNrhC7JlS5QA8Y5rhIBrqQlzZizAiRj3NTrRjtGUtOScnHuJaWjLy03DWD+aM',
  'wb7q718xt5SEABmmUvLwQK+EjW2MeDwjy8/UEIpvrRDmdhGaqv7IFpIDkcIF7FowJ/hwDvx3PMc+z/JWK0ovzpvgbx69AVbwZxCimeha65rOqVi+lEetD26l',
  'e+WnOdYsdJ2IkmpPNTXGdfb15xuAc+gFXfMCh7Iw3Ynl6dZtZM/Ok2kiA7/OsmVnRKkWrtBfGYkI9HcNGb3zrk6nAgMBAAEwDQYJKoZIhvcNAQELBQADggEB',
  'AC/R+Yvhh1VUhcbK49olWsk/JKqfS3VIDQYZg1Eo+JCPbwgSI1BSYVfMcGzuJTX6ua3m/AHzGF3Tap4GhF4tX12jeIx4R4utnjj7/YKkTvuEM2f4xT56YqI7',
  'zalGScIB0iMeyNz1QcimRl+M/49au8ow9hNX8C2tcA2cwd/9OIj/6T8qSBRHc6ojvbqZSJCO0jziGDT1L3D+EDgTjED4nd77v/NRdP+egb0q3P0s4dnQ/5AV',
  'aQlQADUn61j3ScbGJ4NSeZFFvsl38jeRi/MEzp0bGgNBcPj6JHi7qbbauZcZfQ05jECvgAY7Nfd9mZ1KtyNaW31is+kag7NsvjxU/kM='
].join('')

const traefikCheese = [
  'MIIEQDCCAygCFFRY0OBk/L5Se0IZRj3CMljawL2UMA0GCSqGSIb3DQEBCwUAMIIBhDETMBEGCgmSJomT8ixkARkWA29yZzEWMBQGCgmSJomT8ixkARkWBmNo',
  'ZWVzZTEPMA0GA1UECgwGQ2hlZXNlMREwDwYDVQQKDAhDaGVlc2UgMjEfMB0GA1UECwwWU2ltcGxlIFNpZ25pbmcgU2VjdGlvbjEhMB8GA1UECwwYU2ltcGxl',
  'IFNpZ25pbmcgU2VjdGlvbiAyMRowGAYDVQQDDBFTaW1wbGUgU2lnbmluZyBDQTEcMBoGA1UEAwwTU2ltcGxlIFNpZ25pbmcgQ0EgMjELMAkGA1UEBhMCRlIx',
  'CzAJBgNVBAYTAlVTMREwDwYDVQQHDAhUT1VMT1VTRTENMAsGA1UEBwwETFlPTjEWMBQGA1UECAwNU2lnbmluZyBTdGF0ZTEYMBYGA1UECAwPU2lnbmluZyBT',
  'dGF0ZSAyMSEwHwYJKoZIhvcNAQkBFhJzaW1wbGVAc2lnbmluZy5jb20xIjAgBgkqhkiG9w0BCQEWE3NpbXBsZTJAc2lnbmluZy5jb20wHhcNMTgxMjA2MTEx',
  'MDM2WhcNMjEwOTI1MTExMDM2WjAzMQswCQYDVQQGEwJGUjETMBEGA1UECAwKU29tZS1TdGF0ZTEPMA0GA1UECgwGQ2hlZXNlMIIBIjANBgkqhkiG9w0BAQEF',
  'AAOCAQ8AMIIBCgKCAQEAskX/bUtwFo1gF2BTPNaNcTUMaRFuFMZozK8IgLjccZ4kZ0R9oFO6Yp8Zl/IvPaf7tE26PI7XP7eHriUdhnQzX7iioDd0RZa68waI',
  'hAGc+xPzRFrP3b3yj3S2a9Rve3c0K+SCV+EtKAwsxMqQDhoo9PcBfo5BRHfht07uD5MncUcGirwN+/pxHV5xzAGPcc7On0/5L7bq/G+63nhu78zw9XyuLaHC',
  'PM5VbOUvpyIESJHbMMzTdFGL8ob9VKO+Kr1kVGdEA9i8FLGl3xz/GBKuW/JD0xyWDrU29mri5vYWHmkuv7ZWHGXnpXjTtPHwveE9/0/ArnmpMyR9JtqFr1oE',
  'vQIDAQABMA0GCSqGSIb3DQEBCwUAA4IBAQBHta+NWXI08UHeOkGzOTGRiWXsOH2dqdX6gTe9xF1AIjyoQ0gvpoGVvlnChSzmlUj+vnx/nOYGIt1poE3hZA3Z',
  'HZD/awsvGyp3GwWDIfXrEViSCIyF+8tNNKYyUcEO3xdAsAUGgfUwwF/mZ6MBV5+A/ZEEILlTq8zFt9dVvdKzIt7fZYxYBBHFSarl1x8pDgWXlf3hAufevGJX',
  'ip9xGYmznF0T5cq1RbWJ4be3/9K7yuWhuBYC3sbTbCneHBa91M82za+PIISc1ygCYtWSBoZKSAqLk0rkZpHaekDPWqeUSNGYV//RunTeuRDAf5OxehERb1sr',
  'zBXhRZ3cZdzXbgR/'
].join('')

// Apache-2.0, by the authors of Keycloak. The digest is also the Hash that stands beside the certificate there.
const envoyDigest = 'a3d0d47ddd0db8c93ea787ef2fb025ddb64f24e6a808a55e73349486e0a890be'

const envoyLeaf = [
  '-----BEGIN%20CERTIFICATE-----%0AMIIBVTCB%2FKADAgECAggX9bbmjJbJVjAKBggqhkjOPQQDAjAYMRYwFAYDVQQDEw1j%0A',
  'bGllbnQtc3ViLWNhMB4XDTI0MDkxNjExNDUzM1oXDTI1MDkxNjExNDUzM1owFTET%0AMBEGA1UEAxMKeDUwOWNsaWVudDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJIk%0A',
  '8XcabnGpwh2tDYlrKzQ1Z2X8SNrtBo4RypOfv7Vw2dFxMqab%2F%2FnPJZafCWkO6odO%0Ao1AVYK8hv8arz2FrLtGjMzAxMA4GA1UdDwEB%2FwQEAwIFoDAfBgNVHSMEGDAWgBQk%0A',
  '4w6%2F09dXWDgQXI%2FeySP%2BJ8IruTAKBggqhkjOPQQDAgNIADBFAiEAmIsEIqyRvFWr%0A5PDbbcOK6aOVKxUkCDUE9O27ITgTURgCICl1Hju0kFnDrTNpXHABg5dmWQ%2BD6y2L%0A',
  '7LDd0viM2OVJ%0A-----END%20CERTIFICATE-----%0A'
].join('')

const envoyIntermediate = [
  '-----BEGIN%20CERTIFICATE-----%0AMIIBhTCCASugAwIBAgIIF%2FW25oyTeEowCgYIKoZIzj0EAwIwFDESMBAGA1UEAxMJ%0A',
  'Y2xpZW50LWNhMB4XDTI0MDkxNjExNDUzM1oXDTI1MDkxNjExNDUzM1owGDEWMBQG%0AA1UEAxMNY2xpZW50LXN1Yi1jYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABG5K%0A',
  '2RWk6GVSgVlIccGNfRt3Iubpr6rz5j%2FbEpuB02G9LW3sg7x3uKfLQL4hNnpyJooR%0AhMuo%2FtPCaBFGAUCiYzqjYzBhMA4GA1UdDwEB%2FwQEAwIBBjAPBgNVHRMBAf8EBTAD%0A',
  'AQH%2FMB0GA1UdDgQWBBQk4w6%2F09dXWDgQXI%2FeySP%2BJ8IruTAfBgNVHSMEGDAWgBQZ%0Aa6PCs%2BstKIy2mwuHcKzkKtzBvjAKBggqhkjOPQQDAgNIADBFAiEA69pKJ%2FZ25TN6%0A',
  'INr8rutOQCC0Lczo23KijbTQrF4USmECIFb8RrXYV34rxmTaSWH37fqmvsYEo3mp%0AmJ5bu1L%2BL9Zo%0A',
  '-----END%20CERTIFICATE-----%0A'
].join('')

// A certificate for development, MIT, by Ronald Bosma.
const gatewayDigest = '1d766531489f00bb7869f04a0f3b2a677c8ef6dba1b38ceec196b74740c89216'

const gatewayLeaf = [
  '-----BEGIN%20CERTIFICATE-----%0AMIIDRzCCAi%2BgAwIBAgIQGbcu6oSk1L1IwgiS5l0LkjANBgkqhkiG9w0BAQsFADAq%0A',
  'MSgwJgYDVQQDDB9BUElNIFNhbXBsZSBERVYgSW50ZXJtZWRpYXRlIENBMCAXDTI0%0AMDIwMjA4Mzk0M1oYDzIwNzQwMjAyMDg0OTQzWjAUMRIwEAYDVQQDDAlDbGllbnQg%0A',
  'MDEwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQDD7RihwDgTSI6NMvpG%0AUexk0YVzP43JXk5aJV4MlhijvqpypH%2FmBOci1Z%2F47TbrMk97UA3dDmkGuHxLMq8b%0A',
  'YjlmV2ZydXYq5PEZt07S%2FAz81qv0rxdvpJ%2Fo9Smwd82D63bVU4bxZN0oPLztcYjr%0AgoO6Xi1CtOO48cihC9VCcYJ0qmlu8IkXuGjbxuan34M9xgxUPR6%2FLggo%2BLO5rJiw%0A',
  'xZPtCv7Jnp0pp4ecDqo8ogUPj5u3Ju%2F54YO345rlGa8dcVCFZc%2Brxh19k2gUO2I2%0AgJxvxoGeQIoKnHwOR7%2BWOtcu2efzfM5LSgDKEj%2Fn7KUFAfC4qF6f78fvKCRCCfFD%0A',
  'UOm9AgMBAAGjfTB7MA4GA1UdDwEB%2FwQEAwIFoDAUBgNVHREEDTALgglDbGllbnQg%0AMDEwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHwYDVR0jBBgwFoAUZL3oNXFrhkEdOq89%0A',
  'yRqgopB9oRswHQYDVR0OBBYEFMW457L8H%2FVvN12Gvsf58NqYcRYBMA0GCSqGSIb3%0ADQEBCwUAA4IBAQBcbUKU6mr7f0Eh%2BfXXB2EC%2B8%2BgzEvqy1%2F6rQJ1%2FiUWJ4Li9fzp%0A',
  'JzuEXi3H1MTIu3%2B9IAGHOvfEg%2BVvV5fezL6pOSk%2F0LTDv8XN0iJZH6Shqbqq7Xrn%0A8vT3gTPPN1dnfOxtgTnZyvABtO3Hkh8Zsg9Gdo4LL8M8IIrIayX7pGubeYcylV9W%0A',
  'SncfONgRKC2wWgoWjJ1dXwlpsb6ZY%2BlMqCfMA0xTdqPM3p3YxggqIYbvRnwA7qId%0A8kEuhbNW7IPNZwEG%2BB9MuweeuWYiEn7r7strODwlX%2FuuYXcc0N889fnlbw9%2FC2Sm%0A',
  'mxGt6Nou8lhYYpNSxKvU1oXpa%2Fp8wnh3CXNA%0A-----END%20CERTIFICATE-----%0A'
].join('')

export const publishedExamples: readonly PublishedExample[] = [
  {
    source: `${rfc9440}, figure 2`,
    from: 'rfc9440',
    fields: { 'client-cert': `:${rfc9440Leaf}:` },
    expected: { leaf: rfc9440Digest, intermediates: 0 }
  },
  // The chain goes up to the root, which the RFC lets a proxy leave out.
  {
    source: `${rfc9440}, figures 2 and 3`,
    from: 'rfc9440',
    fields: { 'client-cert': `:${rfc9440Leaf}:`, 'client-cert-chain': `:${rfc9440Intermediate}:, :${rfc9440Root}:` },
    expected: { leaf: rfc9440Digest, intermediates: 2 }
  },
  // Abbreviated there, and with three dashes for five.
  {
    source: 'https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#client-certificate-authentication',
    from: 'nginx',
    fields: { 'ssl-client-cert': '-----BEGIN%20CERTIFICATE-----%0A...---END%20CERTIFICATE-----%0A' },
    expected: 'malformed'
  },
  // The test escapes its certificate's lines itself: in lower case, unlike nginx, and without a line break at the end.
  {
    source: `${tomcat}, testSslClientCertHeaderEscaped`,
    from: 'nginx',
    fields: { ssl_client_escaped_cert: tomcatLines.join('%0a').replace(/ /g, '%20').replace(/\+/g, '%2b').replace(/\//g, '%2f') },
    expected: { leaf: tomcatDigest, intermediates: 0 }
  },
  // ssl_c_der,base64 without the chain.
  {
    source: `${keycloak}/resources/org/keycloak/test/services/x509/header_value_haproxy_client_cert`,
    from: 'haproxy',
    fields: { 'client-cert': haproxyLeaf },
    expected: { leaf: haproxyDigest, intermediates: 0 }
  },
  // Named as the fields of RFC 9440, and not in its form: the chain is the base64 of two certificates that stand behind each other.
  {
    source: `${keycloak}/java/org/keycloak/services/x509/HaProxySslClientCertificateLookupTest.java`,
    from: 'haproxy',
    fields: { 'client-cert': haproxyLeaf, 'client-cert-chain': haproxyChain },
    expected: { leaf: haproxyDigest, intermediates: 2 }
  },
  // The test puts its certificate's lines together itself; mod_headers would leave a space at the end as well.
  {
    source: `${tomcat}, testSslClientCertHeaderSingleSpace`,
    from: 'apache',
    fields: { ssl_client_cert: tomcatLines.join(' ') },
    expected: { leaf: tomcatDigest, intermediates: 0 }
  },
  // What mod_headers writes for a variable that is not there; the test calls the field "myheader".
  {
    source: `${tomcat}, testSslHeaderNullModHeader`,
    from: 'apache',
    fields: { ssl_client_cert: '(null)' },
    expected: 'absent'
  },
  {
    source: `${tomcat}, testSslClientCertShorter`,
    from: 'apache',
    fields: { ssl_client_cert: 'shorter than hell' },
    expected: 'malformed'
  },
  // The first half of the lines.
  {
    source: `${tomcat}, testSslClientCertBadFormat`,
    from: 'apache',
    fields: { ssl_client_cert: tomcatLines.slice(0, tomcatLines.length / 2).join(' ') },
    expected: 'malformed'
  },
  // The form since v2.9.2.
  {
    source: `${traefik}/fd5a576df2e8aeb0bfc8a96b6ef6e60a61f7ec0a/integration/tls_client_headers_test.go`,
    from: 'traefik',
    fields: { 'x-forwarded-tls-client-cert': traefikLeaf },
    expected: { leaf: traefikDigest, intermediates: 0 }
  },
  // The form up to v2.9.1: each certificate is percent-encoded (url.QueryEscape).
  {
    source: `${traefik}/87815586bea2997852526f1a9cd17e6a4efa51be/integration/tls_client_headers_test.go`,
    from: 'traefik',
    fields: { 'x-forwarded-tls-client-cert': traefikLeafEscaped },
    expected: { leaf: traefikDigest, intermediates: 0 }
  },
  // The test joins the bodies itself. Neither certificate issued the other.
  {
    source: `${traefik}/fd5a576df2e8aeb0bfc8a96b6ef6e60a61f7ec0a/pkg/middlewares/passtlsclientcert/pass_tls_client_cert_test.go, "TLS with two certificate"`,
    from: 'traefik',
    fields: { 'x-forwarded-tls-client-cert': `${traefikMinimal},${traefikCheese}` },
    expected: { leaf: traefikMinimalDigest, intermediates: 1 }
  },
  {
    source: `${envoyDocs}, first example`,
    from: 'envoy',
    fields: {
      'x-forwarded-client-cert': 'By=http://frontend.lyft.com;Hash=468ed33be74eee6556d90c0149c1309e9ba61d6425303443c0748a02dd8de688;' +
        'Subject="/C=US/ST=CA/L=San Francisco/OU=Lyft/CN=Test Client";URI=http://testclient.lyft.com'
    },
    expected: 'malformed'
  },
  {
    source: `${envoyDocs}, second example`,
    from: 'envoy',
    fields: {
      'x-forwarded-client-cert': 'By=http://frontend.lyft.com;Hash=468ed33be74eee6556d90c0149c1309e9ba61d6425303443c0748a02dd8de688;' +
        'URI=http://testclient.lyft.com,By=http://backend.lyft.com;' +
        'Hash=9ba61d6425303443c0748a02dd8de688468ed33be74eee6556d90c0149c1309e;URI=http://frontend.lyft.com'
    },
    expected: 'malformed'
  },
  {
    source: `${envoyDocs}, third example`,
    from: 'envoy',
    fields: {
      'x-forwarded-client-cert': 'By=http://frontend.lyft.com;Hash=468ed33be74eee6556d90c0149c1309e9ba61d6425303443c0748a02dd8de688;' +
        'Subject="/C=US/ST=CA/L=San Francisco/OU=Lyft/CN=Test Client";URI=http://testclient.lyft.com;DNS=lyft.com;' +
        'DNS=www.lyft.com'
    },
    expected: 'malformed'
  },
  // What stands in Cert is no certificate; the order of the keys is that of the proxy's configuration.
  {
    source: `${envoyTests}, MtlsSetForwardClientCert`,
    from: 'envoy',
    fields: {
      'x-forwarded-client-cert': 'By=test://foo.com/be;By=http://backend.foo.com;Hash=abcdefg;URI=test://foo.com/fe;URI=http://frontend.foo.com;' +
        'Cert="%3D%3Dabc%0Ade%3D";Chain="%3D%3Dabc%0Ade%3D%3D%3Dlmn%0Aop%3D";DNS=www.example.com'
    },
    expected: 'malformed'
  },
  {
    source: `${envoyTests}, MtlsAppendForwardClientCert`,
    from: 'envoy',
    fields: {
      'x-forwarded-client-cert': 'By=test://foo.com/fe;By=http://frontend.foo.com;URI=test://bar.com/be;DNS=test.com;' +
        'DNS=test.com,By=test://foo.com/be;By=http://backend.foo.com;Hash=abcdefg;URI=test://foo.com/fe;' +
        'URI=http://frontend.foo.com;Cert="%3D%3Dabc%0Ade%3D";Chain="%3D%3Dabc%0Ade%3D%3D%3Dlmn%0Aop%3D";DNS=www.example.com'
    },
    expected: 'malformed'
  },
  {
    source: `${envoyTests}, MtlsSanitizeSetClientCertPeerSanEmpty`,
    from: 'envoy',
    fields: {
      'x-forwarded-client-cert': 'By=test://foo.com/be;Hash=abcdefg;Subject="/C=US/ST=CA/L=San Francisco/OU=Lyft/CN=test.lyft.com";URI='
    },
    expected: 'malformed'
  },
  {
    source: `${keycloakEnvoyTests}, testCertificate`,
    from: 'envoy',
    fields: { 'x-forwarded-client-cert': `Hash=${envoyDigest};Cert="${envoyLeaf}"` },
    expected: { leaf: envoyDigest, intermediates: 0 }
  },
  // Chain begins with the certificate of the client itself.
  {
    source: `${keycloakEnvoyTests}, testChain`,
    from: 'envoy',
    fields: { 'x-forwarded-client-cert': `Hash=${envoyDigest};Chain="${envoyLeaf}${envoyIntermediate}"` },
    expected: { leaf: envoyDigest, intermediates: 1 }
  },
  {
    source: `${keycloakEnvoyTests}, testCertificateAndChain`,
    from: 'envoy',
    fields: { 'x-forwarded-client-cert': `Hash=${envoyDigest};Cert="${envoyLeaf}";Chain="${envoyLeaf}${envoyIntermediate}"` },
    expected: { leaf: envoyDigest, intermediates: 1 }
  },
  // Keycloak takes this for no certificate, although it breaks the form.
  {
    source: `${keycloakEnvoyTests}, testNoCertificate`,
    from: 'envoy',
    fields: { 'x-forwarded-client-cert': 'foobar' },
    expected: 'malformed'
  },
  {
    source: `${keycloakEnvoyTests}, testCorruptedXfccInvalidCert`,
    from: 'envoy',
    fields: { 'x-forwarded-client-cert': 'Cert="foobar"' },
    expected: 'malformed'
  },
  {
    source: `${keycloakEnvoyTests}, testCorruptedXfccInvalidChain`,
    from: 'envoy',
    fields: { 'x-forwarded-client-cert': 'Hash=1234;Chain="foobar"' },
    expected: 'malformed'
  },
  {
    source: `${keycloakEnvoyTests}, testCorruptedXfccNoEndQuote`,
    from: 'envoy',
    fields: { 'x-forwarded-client-cert': 'Hash=1234;Cert="no end quote' },
    expected: 'malformed'
  },
  {
    source: `${keycloakEnvoyTests}, testCorruptedXfccNoStartQuote`,
    from: 'envoy',
    fields: { 'x-forwarded-client-cert': 'Hash=1234;Cert=no start quote"' },
    expected: 'malformed'
  },
  // Azure Container Apps have Envoy in front. Placeholders, and a semicolon at the end.
  {
    source: 'https://learn.microsoft.com/azure/container-apps/client-certificate-authorization#client-certificate-mode-and-header-format',
    from: 'envoy',
    fields: {
      'x-forwarded-client-cert': 'Hash=<HASH_VALUE>;Cert="-----BEGIN CERTIFICATE-----<CERTIFICATE_VALUE>";' +
        'Chain="-----BEGIN CERTIFICATE-----<CERTIFICATE_VALUE>";'
    },
    expected: 'malformed'
  },
  // The text above it says that = is not escaped.
  {
    source: `${albDocs}, X-Amzn-Mtls-Clientcert`,
    from: 'aws-alb',
    fields: {
      'x-amzn-mtls-clientcert': '-----BEGIN%20CERTIFICATE-----%0AMIID<...reduced...>do0g%3D%3D%0A-----END%20CERTIFICATE-----%0A' +
        '-----BEGIN%20CERTIFICATE-----%0AMIID1<...reduced...>3eZlyKA%3D%3D%0A-----END%20CERTIFICATE-----%0A'
    },
    expected: 'malformed'
  },
  {
    source: `${albDocs}, X-Amzn-Mtls-Clientcert-Leaf`,
    from: 'aws-alb',
    fields: { 'x-amzn-mtls-clientcert-leaf': '-----BEGIN%20CERTIFICATE-----%0AMIIG<...reduced...>NmrUlw%0A-----END%20CERTIFICATE-----%0A' },
    expected: 'malformed'
  },
  {
    source: 'https://developers.cloudflare.com/ruleset-engine/rules-language/fields/reference/cf.tls_client_auth.cert_rfc9440/',
    from: 'cloudflare',
    fields: { 'client-cert': ':MIIBqDCCAU6g......:' },
    expected: 'malformed'
  },
  {
    source: 'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/viewer-mtls-headers.html',
    from: 'cloudfront',
    fields: { 'cloudfront-viewer-cert-pem': '-----BEGIN%20CERTIFICATE-----%0AMIIG<...reduced...>NmrUlw%0A-----END%20CERTIFICATE-----%0A' },
    expected: 'malformed'
  },
  // Application Gateway's {var_client_certificate}, which a rewrite rule puts there; App Service itself writes base64 without escapes.
  {
    source: `${gatewayPost}, "Plugging the security hole"`,
    from: 'azure',
    fields: { 'x-arr-clientcert': gatewayLeaf },
    expected: { leaf: gatewayDigest, intermediates: 0 }
  },
  {
    source: `${gatewayPost}, a shortened value`,
    from: 'azure',
    fields: {
      'x-arr-clientcert': '-----BEGIN%20CERTIFICATE-----%0AMIIDRTCCAi.....TRUNCATED.....6Zdlr9V53Q%3D%3D%0A-----END%20CERTIFICATE-----%0A'
    },
    expected: 'malformed'
  }
]
