/**
 * A throw-away key and its certificate, `CN=throw-away`, in forms that only OpenSSL 3.0 wrote for the tests: nothing
 * anywhere trusts it, and it was never used for anything else.
 */
const octets = (base64: string) => Buffer.from(base64, 'base64')

/** `-certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES -macalg sha1 -name fixture -passout pass:pässword` */
export const tripleDesPkcs12 = octets(
  'MIIDwgIBAzCCA4kGCSqGSIb3DQEHAaCCA3oEggN2MIIDcjCCAkYGCSqGSIb3DQEHBqCCAjcwggIzAgEAMIICLAYJKoZIhvcNAQcBMBsGCiqGSIb3DQEMAQMwDQQI1XsXu9EO5GgCAQKAggIA/MVnRp' +
  'cQ2/5G/rnmADI37mnu6vjNc1H8zTsN/YjwZzyQ2f8MWABq/58WFZN9OyUPeQhrYH1TlfG3/KOClU9ShVsFYkUXoUmykG5BsKQrA34xUKcN8xP9KDHCBJQnFa2wN8KE96SgZY19IcR86/QtuZ/qy0kQ' +
  'aCQnwkLZaMGZS2SZ2q6/CeTiwoEQZwzJX0PKoeN4uTurXu+gOmlqyUFE6bsOGBHNDNnlap29OpphsMNSEqZbzNo788Luho09PkL3MiXJOwzTHmy2SAtOVzvXBipEK8MJbjUPa538bl7Y0T7CPXcjo2' +
  'FoNbhDA9caPeqv9POtcCKQnxMQY9xNS3Q9mgMBFE5qt9GEqlHeXMsJ13yHev7KLdgeNWr9eYqtZ6mUiTgKvNO5fJaISHE+3gceLjJmv+MfBjGjm3RB6imxbqTKwxg3ygPtw/nsKhOgaOeULsTwCMA5' +
  'nG+L3S/k6JcqLCU7b2ORzL4mQzcZBdfDzijJYOO9AaaFSaRT4jMTtRweqIERkp3DOr1zIoreCVXPJauX9+OKx0pvTXhAWEZ4ke8EqQYHfLRNbLS567honG6opPw4u66QH0raYVDy4mwINSi5mxJcuE' +
  'JUez5wxHtbbvybZZqVLaIrphA18/r7SqSu62NzTDZICzyd2OZ2hUd95bWmp8VCGkxVk/FaucrhdUowggEkBgkqhkiG9w0BBwGgggEVBIIBETCCAQ0wggEJBgsqhkiG9w0BDAoBAqCBszCBsDAbBgoq' +
  'hkiG9w0BDAEDMA0ECHm2y7EZpU12AgECBIGQ5GpPrElO5Z5ccfVwzK1vjyStg/toxqw8LQW3wo2C+A93Mo/KYIEaDfdkHfM/5PLWcxuguLO9ly5MBIEZgUh3bz9k3lNq4o3uLeENJlbzw+3+IFW64G' +
  '1PZ05PUrQWN96D6Sv4sfVUu0poAU880qInI1lUhsNJiwnqhsodTXeylnd4uYMIsBJGH2vQn+nMHtTWMUQwHQYJKoZIhvcNAQkUMRAeDgBmAGkAeAB0AHUAcgBlMCMGCSqGSIb3DQEJFTEWBBRvhAhH' +
  'Q7X7IufOLv+7O0lSMR+ExTAwMCEwCQYFKw4DAhoFAAQUN86E6TvPqP5nsz35gXomxKceo7AECL4miaWHKfsUAgEC')

export const tripleDesPassphrase = 'pässword'

export const throwAwayFingerprint256 = '89:22:F9:E6:F2:A9:32:57:AB:9C:E5:23:D3:D7:E8:79:47:AA:3E:92:99:1F:20:1C:16:30:E7:B4:0F:01:50:09'

/** The key as an EncryptedPrivateKeyInfo under the passphrase `x`, by what was given to `openssl pkcs8 -topk8`. */
export const encryptedKeys: Readonly<Record<string, Buffer>> = {
  '-v2 aes-256-cbc -v2prf hmacWithSHA1': octets(
    'MIHdMEgGCSqGSIb3DQEFDTA7MBoGCSqGSIb3DQEFDDANBAipKB7ceeF4UgIBAjAdBglghkgBZQMEASoEEKlQmSKi7iopcQvB/XuS5NUEgZDeB6ipQoYHinXYABWcWIbpolcGjhJNAaYJCmd1+l6yyK' +
    '9xE/+1i83dGQ58+8/c9MKEl1A8jpl5Ya1WhdMnM0iJYIackL0ydsssSrxymAn8pF67bfC7hZmUsKVSEr59pfwEOOkYEMEFkzMFW2+ADrwBwI8sT96wdvkP9fANpLFbjx1O8WxZSRJrLKyAZa/c2VQ='),
  '-v2 aes-256-cbc -v2prf hmacWithSHA224': octets(
    'MIHrMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAhS3iAI+hJDFgIBAjAMBggqhkiG9w0CCAUAMB0GCWCGSAFlAwQBKgQQh5Bjjq2eZOxtUo3plnPcrASBkNtPe0gkhyYPkaNxh8Sy0yePAb' +
    'UELFHdw+PHnz6O8xF4of0CLqLzKW+lbKA56L0xJhzUNUCRwND5KwNu6Mlj/yPAS2X8Qg9Ujc2y0hmtYQtDNkfgb7FWKwED5rBz10IefFIjWqd/dera3LLUOKfJGJxBhmhzWWnJlC5oC0M6xPV62p0J' +
    'TKsshPixh2E/j9hCqg=='),
  '-v2 aes-256-cbc -v2prf hmacWithSHA384': octets(
    'MIHrMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAh6XFayNBUQbAIBAjAMBggqhkiG9w0CCgUAMB0GCWCGSAFlAwQBKgQQBtlmmfwNUkk73Mpl/CdUlASBkHHMhKsvR1MIBzutaYHqjRQ1O/' +
    'G4gjU+Av4IhfOhIj5O+aUUA+IxZ5gsKH1Ui85qu7ee/AgQP/tGIElwUjnkTLQ0McZcgcIzXnobrJdtS/b/q7++o9ydB4IwCLheuIlEc6nefMbf3JcdDR8HnLA41t73fXuLKZOeWuOQaFUtFkLemC8V' +
    'HYQ81uGYGrBVjRtvDA=='),
  '-v2 aes-256-cbc -v2prf hmacWithSHA512': octets(
    'MIHrMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAgy/FWKFAtgYQIBAjAMBggqhkiG9w0CCwUAMB0GCWCGSAFlAwQBKgQQsGT8DioYoRrNX98f7hSsCgSBkMws48/HIuZ+32l92VfNKAJjHt' +
    '6m5mAIVCzhGvTfP8aiF/R/S+WUqKSFI6DGw9ypVfzS9ESsb71+vNGsZDJSvMQ9zV1gD44tYeEBP4gxzQpizeZxRqBBpsTPLdKGj4s2Ract5mDDKYFCH2MCnllgZ0xFEK7SG1+HIh4PURfHjUiDEMkR' +
    'OyoCd2XyYb3S2//Vcw=='),
  '-v1 PBE-SHA1-3DES': octets(
    'MIGwMBsGCiqGSIb3DQEMAQMwDQQIsnJSwJB49lMCAQIEgZB/QXLqhz9C+fR0Lh7/zNpL7vZR44Z4cl0/tF4X3eqLBOM+VuDNJHdH3wKP3h4pzlFNkB9dGs4+meSHRbPs6qPuOemxo2dtGM5iwR/XkR' +
    'VLUUk0dLEt1pKhGW852cUcoodThqQ3E8PUDA/dw8BGeK3AYAyQaHADBOKNnMeqA7Py6VsQtuMNIu+RCe+H8A4v1ZQ=')
}
