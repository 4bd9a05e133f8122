import { CertificateError } from '../errors.js'
import type { AlgorithmIdentifier } from './algorithm-identifier.js'
import { readObjectIdentifier, readWhole, tags } from './der.js'

/** An elliptic curve that has a name (RFC 5480, section 2.1.1.1). */
export interface NamedCurve {
  /** Dotted. */
  readonly identifier: string
  /** How many points the base point makes: `n` in SEC 1, section 3.1. */
  readonly order: bigint
  /** The bits of the order. A key is half as strong: 224 bits are worth 112 (NIST SP 800-57 part 1, section 5.6.1). */
  readonly bits: number
}

/**
 * The order of each curve that OpenSSL has a name for, in hexadecimal, and the curves of this order. They are those of SEC 2,
 * RFC 5639, X9.62, WAP-261 and GB/T 32918.5; a test compares them with what `node:crypto` says.
 */
const orders: ReadonlyArray<readonly [order: string, ...identifiers: readonly string[]]> = [
  // secp112r2
  ['36df0aafd8b8d7597ca10520d04b',
    '1.3.132.0.7'],
  // secp112r1, wap-wsg-idm-ecid-wtls6
  ['db7c2abf62e35e7628dfac6561c5',
    '1.3.132.0.6', '2.23.43.1.4.6'],
  // wap-wsg-idm-ecid-wtls1
  ['fffffffffffffffdbf91af6dea73',
    '2.23.43.1.4.1'],
  // sect113r1, wap-wsg-idm-ecid-wtls4
  ['100000000000000d9ccec8a39e56f',
    '1.3.132.0.4', '2.23.43.1.4.4'],
  // sect113r2
  ['10000000000000108789b2496af93',
    '1.3.132.0.5'],
  // wap-wsg-idm-ecid-wtls8
  ['100000000000001ecea551ad837e9',
    '2.23.43.1.4.8'],
  // secp128r2
  ['3fffffff7fffffffbe0024720613b5a3',
    '1.3.132.0.29'],
  // secp128r1
  ['fffffffe0000000075a30d1b9038a115',
    '1.3.132.0.28'],
  // sect131r1
  ['400000000000000023123953a9464b54d',
    '1.3.132.0.22'],
  // sect131r2
  ['400000000000000016954a233049ba98f',
    '1.3.132.0.23'],
  // brainpoolP160r1, brainpoolP160t1
  ['e95e4a5f737059dc60df5991d45029409e60fc09',
    '1.3.36.3.3.2.8.1.1.1', '1.3.36.3.3.2.8.1.1.2'],
  // c2pnb176v1
  ['10092537397eca4f6145799d62b0a19ce06fe26ad',
    '1.2.840.10045.3.0.4'],
  // secp160r1
  ['100000000000000000001f4c8f927aed3ca752257',
    '1.3.132.0.8'],
  // secp160k1
  ['100000000000000000001b8fa16dfab9aca16b6b3',
    '1.3.132.0.9'],
  // secp160r2, wap-wsg-idm-ecid-wtls7
  ['100000000000000000000351ee786a818f3a1a16b',
    '1.3.132.0.30', '2.23.43.1.4.7'],
  // wap-wsg-idm-ecid-wtls9
  ['100000000000000000001cdc98ae0e2de574abf33',
    '2.23.43.1.4.9'],
  // c2pnb163v2
  ['3fffffffffffffffffffdf64de1151adbb78f10a7',
    '1.2.840.10045.3.0.2'],
  // c2pnb163v3
  ['3fffffffffffffffffffe1aee140f110aff961309',
    '1.2.840.10045.3.0.3'],
  // sect163r1
  ['3ffffffffffffffffffff48aab689c29ca710279b',
    '1.3.132.0.2'],
  // c2pnb163v1, wap-wsg-idm-ecid-wtls5
  ['400000000000000000001e60fc8821cc74daeafc1',
    '1.2.840.10045.3.0.1', '2.23.43.1.4.5'],
  // sect163k1, wap-wsg-idm-ecid-wtls3
  ['4000000000000000000020108a2e0cc0d99f8a5ef',
    '1.3.132.0.1', '2.23.43.1.4.3'],
  // sect163r2
  ['40000000000000000000292fe77e70c12a4234c33',
    '1.3.132.0.15'],
  // c2tnb191v3
  ['155555555555555555555555610c0b196812bfb6288a3ea3',
    '1.2.840.10045.3.0.7'],
  // c2tnb191v2
  ['20000000000000000000000050508cb89f652824e06b8173',
    '1.2.840.10045.3.0.6'],
  // c2tnb191v1
  ['40000000000000000000000004a20e90c39067c893bbb9a5',
    '1.2.840.10045.3.0.5'],
  // prime192v1
  ['ffffffffffffffffffffffff99def836146bc9b1b4d22831',
    '1.2.840.10045.3.1.1'],
  // prime192v2
  ['fffffffffffffffffffffffe5fb1a724dc80418648d8dd31',
    '1.2.840.10045.3.1.2'],
  // prime192v3
  ['ffffffffffffffffffffffff7a62d031c83f4294f640ec13',
    '1.2.840.10045.3.1.3'],
  // brainpoolP192r1, brainpoolP192t1
  ['c302f41d932a36cda7a3462f9e9e916b5be8f1029ac4acc1',
    '1.3.36.3.3.2.8.1.1.3', '1.3.36.3.3.2.8.1.1.4'],
  // secp192k1
  ['fffffffffffffffffffffffe26f2fc170f69466a74defd8d',
    '1.3.132.0.31'],
  // c2pnb208w1
  ['101baf95c9723c57b6c21da2eff2d5ed588bdd5717e212f9d',
    '1.2.840.10045.3.0.10'],
  // sect193r1
  ['1000000000000000000000000c7f34a778f443acc920eba49',
    '1.3.132.0.24'],
  // sect193r2
  ['10000000000000000000000015aab561b005413ccd4ee99d5',
    '1.3.132.0.25'],
  // brainpoolP224r1, brainpoolP224t1
  ['d7c134aa264366862a18302575d0fb98d116bc4b6ddebca3a5a7939f',
    '1.3.36.3.3.2.8.1.1.5', '1.3.36.3.3.2.8.1.1.6'],
  // secp224r1, wap-wsg-idm-ecid-wtls12
  ['ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d',
    '1.3.132.0.33', '2.23.43.1.4.12'],
  // secp224k1
  ['10000000000000000000000000001dce8d2ec6184caf0a971769fb1f7',
    '1.3.132.0.32'],
  // sect233k1, wap-wsg-idm-ecid-wtls10
  ['8000000000000000000000000000069d5bb915bcd46efb1ad5f173abdf',
    '1.3.132.0.26', '2.23.43.1.4.10'],
  // sect233r1, wap-wsg-idm-ecid-wtls11
  ['1000000000000000000000000000013e974e72f8a6922031d2603cfe0d7',
    '1.3.132.0.27', '2.23.43.1.4.11'],
  // c2tnb239v3
  ['cccccccccccccccccccccccccccccac4912d2d9df903ef9888b8a0e4cff',
    '1.2.840.10045.3.0.13'],
  // c2tnb239v2
  ['1555555555555555555555555555553c6f2885259c31e3fcdf154624522d',
    '1.2.840.10045.3.0.12'],
  // c2tnb239v1
  ['2000000000000000000000000000000f4d42ffe1492a4993f1cad666e447',
    '1.2.840.10045.3.0.11'],
  // sect239k1
  ['2000000000000000000000000000005a79fec67cb6e91f1c1da800e478a5',
    '1.3.132.0.3'],
  // prime239v1
  ['7fffffffffffffffffffffff7fffff9e5e9a9f5d9071fbd1522688909d0b',
    '1.2.840.10045.3.1.4'],
  // prime239v2
  ['7fffffffffffffffffffffff800000cfa7e8594377d414c03821bc582063',
    '1.2.840.10045.3.1.5'],
  // prime239v3
  ['7fffffffffffffffffffffff7fffff975deb41b3a6057c3c432146526551',
    '1.2.840.10045.3.1.6'],
  // SM2
  ['fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123',
    '1.2.156.10197.1.301'],
  // prime256v1
  ['ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
    '1.2.840.10045.3.1.7'],
  // brainpoolP256r1, brainpoolP256t1
  ['a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7',
    '1.3.36.3.3.2.8.1.1.7', '1.3.36.3.3.2.8.1.1.8'],
  // secp256k1
  ['fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141',
    '1.3.132.0.10'],
  // c2pnb272w1
  ['100faf51354e0e39e4892df6e319c72c8161603fa45aa7b998a167b8f1e629521',
    '1.2.840.10045.3.0.16'],
  // sect283k1
  ['1ffffffffffffffffffffffffffffffffffe9ae2ed07577265dff7f94451e061e163c61',
    '1.3.132.0.16'],
  // sect283r1
  ['3ffffffffffffffffffffffffffffffffffef90399660fc938a90165b042a7cefadb307',
    '1.3.132.0.17'],
  // c2pnb304w1
  ['101d556572aabac800101d556572aabac8001022d5c91dd173f8fb561da6899164443051d',
    '1.2.840.10045.3.0.17'],
  // brainpoolP320r1, brainpoolP320t1
  ['d35e472036bc4fb7e13c785ed201e065f98fcfa5b68f12a32d482ec7ee8658e98691555b44c59311',
    '1.3.36.3.3.2.8.1.1.9', '1.3.36.3.3.2.8.1.1.10'],
  // c2tnb359v1
  ['1af286bca1af286bca1af286bca1af286bca1af286bc9fb8f6b85c556892c20a7eb964fe7719e74f490758d3b',
    '1.2.840.10045.3.0.18'],
  // c2pnb368w1
  ['10090512da9af72b08349d98a5dd4c7b0532eca51ce03e2d10f3b7ac579bd87e909ae40a6f131e9cfce5bd967',
    '1.2.840.10045.3.0.19'],
  // brainpoolP384r1, brainpoolP384t1
  ['8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b31f166e6cac0425a7cf3ab6af6b7fc3103b883202e9046565',
    '1.3.36.3.3.2.8.1.1.11', '1.3.36.3.3.2.8.1.1.12'],
  // secp384r1
  ['ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
    '1.3.132.0.34'],
  // sect409k1
  ['7ffffffffffffffffffffffffffffffffffffffffffffffffffe5f83b2d4ea20400ec4557d5ed3e3e7ca5b4b5c83b8e01e5f' +
    'cf',
  '1.3.132.0.36'],
  // sect409r1
  ['10000000000000000000000000000000000000000000000000001e2aad6a612f33307be5fa47c3c9e052f838164cd37d9a21' +
    '173',
  '1.3.132.0.37'],
  // c2tnb431r1
  ['340340340340340340340340340340340340340340340340340340323c313fab50589703b5ec68d3587fec60d161cc149c1a' +
    'd4a91',
  '1.2.840.10045.3.0.20'],
  // brainpoolP512r1, brainpoolP512t1
  ['aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330870553e5c414ca92619418661197fac10471db1' +
    'd381085ddaddb58796829ca90069',
  '1.3.36.3.3.2.8.1.1.13', '1.3.36.3.3.2.8.1.1.14'],
  // secp521r1
  ['1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03' +
    'bb5c9b8899c47aebb6fb71e91386409',
  '1.3.132.0.35'],
  // sect571k1
  ['20000000000000000000000000000000000000000000000000000000000000000000000131850e1f19a63e4b391a8db917f4' +
    '138b630d84be5d639381e91deb45cfe778f637c1001',
  '1.3.132.0.38'],
  // sect571r1
  ['3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe661ce18ff55987308059b1868238' +
    '51ec7dd9ca1161de93d5174d66e8382e9bb2fe84e47',
  '1.3.132.0.39']
]

const found: ReadonlyArray<readonly NamedCurve[]> = orders.map(([hex, ...identifiers]) => {
  const order = BigInt(`0x${hex}`)
  const bits = order.toString(2).length
  return identifiers.map((identifier) => Object.freeze({ identifier, order, bits }))
})

/** One curve of each order. */
export const curvesByOrder: readonly NamedCurve[] = Object.freeze(found.map(([curve]) => curve))

const curves: ReadonlyMap<string, NamedCurve> = new Map(found.flat().map((curve) => [curve.identifier, curve]))

const unsupported = (problem: string) => new CertificateError('UNSUPPORTED', `the public key is on ${problem}`)

/**
 * The curve of an elliptic-curve key, by the algorithm in its SubjectPublicKeyInfo.
 * @throws CertificateError ERR_CERTIFICATE_UNSUPPORTED: the curve has no name, or one that is not known here
 */
export function namedCurve ({ parameters }: AlgorithmIdentifier): NamedCurve {
  // RFC 5480, section 2.1.1: a curve is named. One that is spelled out is whatever its writer likes (CVE-2020-0601).
  if (parameters?.[0] !== tags.objectIdentifier) throw unsupported('a curve that is not named')
  const identifier = readObjectIdentifier(readWhole(parameters, tags.objectIdentifier, 'namedCurve'))
  const curve = curves.get(identifier)
  if (curve === undefined) throw unsupported(`the curve ${identifier}, which is not known here`)
  return curve
}
