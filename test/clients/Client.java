import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.KeyStore;
import java.time.Duration;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

/**
 * For each line of its input, `URI TLS-VERSION HTTP-VERSION [KEY-STORE]`, sends one request, and prints the versions that
 * were agreed on, the status and the body, or why there are none. The stores are PKCS #12; trust.p12 has those who are trusted.
 */
public class Client {
  private static final char[] PASSWORD = "password".toCharArray();

  public static void main(String[] arguments) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) System.out.println(ask(line.split(" ")));
  }

  private static String ask(String[] words) throws Exception {
    SSLParameters parameters = new SSLParameters();
    parameters.setProtocols(new String[] { words[1] });
    HttpClient client = HttpClient.newBuilder()
      .sslContext(contextOf(words.length > 3 ? words[3] : null))
      .sslParameters(parameters)
      .version(HttpClient.Version.valueOf(words[2]))
      .connectTimeout(Duration.ofSeconds(30))
      .build();
    HttpRequest request = HttpRequest.newBuilder(URI.create(words[0])).timeout(Duration.ofSeconds(30)).build();
    try {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      return response.sslSession().get().getProtocol() + " " + response.version() + " " + response.statusCode() + " " + response.body();
    } catch (IOException exception) {
      return exception.toString().replace('\n', ' ');
    }
  }

  private static SSLContext contextOf(String keyStore) throws Exception {
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(read("trust.p12"));
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keyStore == null ? new KeyManager[0] : keysOf(keyStore), trust.getTrustManagers(), null);
    return context;
  }

  private static KeyManager[] keysOf(String keyStore) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(read(keyStore), PASSWORD);
    return keys.getKeyManagers();
  }

  private static KeyStore read(String file) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream stream = new FileInputStream(file)) {
      store.load(stream, PASSWORD);
    }
    return store;
  }
}
