/*
 * TlsPeer client HOST PORT NAME PATH STORE|- TRUST VERSION [SUITE] [COUNT]
 * TlsPeer server HOST PORT STORE TRUST|- VERSION: Java's own TLS at either end.
 *
 * The client asks for PATH of NAME over HTTP/1.0 and prints what it agreed on and
 * the answer, then whether each further connection resumed.  The server tells each
 * client what they agreed on, and its certificate.  Stores are PKCS#12, their
 * password is "javapass"; TRUST names the authorities.
 */
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

public class TlsPeer {
	static final char[] PASSWORD = "javapass".toCharArray();

	static KeyStore store(String path) throws Exception {
		KeyStore s = KeyStore.getInstance("PKCS12");

		if (path.equals("-"))
			return null;
		try (InputStream in = new FileInputStream(path)) {
			s.load(in, PASSWORD);
		}
		return s;
	}

	static SSLContext context(String own, String trusted) throws Exception {
		KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
		TrustManagerFactory trust =
			TrustManagerFactory.getInstance("PKIX");
		SSLContext c = SSLContext.getInstance("TLS");

		if (!own.equals("-"))
			keys.init(store(own), PASSWORD);
		trust.init(store(trusted));
		c.init(own.equals("-") ? null : keys.getKeyManagers(),
		       trust.getTrustManagers(), null);
		return c;
	}

	static String agreed(SSLSession s) {
		return "agreed on " + s.getProtocol() + ", " +
			s.getCipherSuite();
	}

	/* One connection; what marks a session is there again when it resumes. */
	static void ask(SSLContext c, String[] a, boolean first)
		throws Exception {
		Socket tcp = new Socket();
		SSLSocket s;
		SSLParameters p = new SSLParameters();

		tcp.connect(new InetSocketAddress(InetAddress.getByName(a[1]),
						  Integer.parseInt(a[2])),
			    10000);
		tcp.setSoTimeout(10000);
		s = (SSLSocket)c.getSocketFactory().createSocket(
			tcp, a[3], Integer.parseInt(a[2]), true);
		p.setProtocols(new String[] { a[7] });
		p.setEndpointIdentificationAlgorithm("HTTPS");
		if (a.length > 8 && !a[8].equals("-"))
			p.setCipherSuites(new String[] { a[8] });
		s.setSSLParameters(p);
		s.startHandshake();
		boolean resumed = s.getSession().getValue("mark") != null;
		s.getSession().putValue("mark", "seen");
		s.getOutputStream().write(("GET " + a[4] + " HTTP/1.0\r\n\r\n")
			.getBytes(StandardCharsets.US_ASCII));
		byte[] answer = s.getInputStream().readAllBytes();
		if (first)
			System.out.println(agreed(s.getSession()) + "\n" +
				new String(answer, StandardCharsets.US_ASCII));
		else
			System.out.println(resumed ? "resumed" : "not resumed");
		s.close();
	}

	static void serve(SSLSocket s) throws Exception {
		SSLSession session = s.getSession();
		StringBuilder text = new StringBuilder(agreed(session));
		OutputStream out = s.getOutputStream();

		text.append(session.getValue("mark") == null ? "\nnew" : "\nreused");
		session.putValue("mark", "seen");
		try {
			text.append("\nclient ").append(session.getPeerPrincipal());
		} catch (javax.net.ssl.SSLPeerUnverifiedException e) {
			text.append("\nno client certificate");
		}
		text.append("\n");
		s.getInputStream().read(new byte[4096]);
		out.write(("HTTP/1.0 200 OK\r\n\r\n" + text)
			.getBytes(StandardCharsets.US_ASCII));
		s.close();
	}

	static void server(String[] a) throws Exception {
		SSLContext c =
			context(a[3], a[4].equals("-") ? a[3] : a[4]);
		SSLServerSocket all = (SSLServerSocket)
			c.getServerSocketFactory().createServerSocket(
				Integer.parseInt(a[2]), 50,
				InetAddress.getByName(a[1]));

		all.setEnabledProtocols(new String[] { a[5] });
		all.setNeedClientAuth(!a[4].equals("-"));
		for (;;) {
			try {
				serve((SSLSocket)all.accept());
			} catch (java.io.IOException e) {
				System.out.println(e);
			}
		}
	}

	public static void main(String[] a) throws Exception {
		if (a[0].equals("server")) {
			server(a);
			return;
		}
		try {
			SSLContext c = context(a[5], a[6]);
			int n = a.length > 9 ? Integer.parseInt(a[9]) : 1;

			for (int i = 0; i < n; i++)
				ask(c, a, i == 0);
		} catch (java.io.IOException e) {
			System.out.println(e);
		}
	}
}
