<%@ page contentType="text/plain" import="java.io.*,java.net.*,java.sql.*" %><%!
  // One connection to the database and one to the cache, kept open, as a pool would.
  private Connection database;
  private Socket cache;

  private synchronized String count() throws Exception {
    if (database == null || !database.isValid(1)) {
      Class.forName("org.postgresql.Driver");
      database = DriverManager.getConnection(System.getenv("SHOP_DB_URL"), System.getenv("SHOP_DB_USER"), System.getenv("SHOP_DB_PASSWORD"));
    }
    ResultSet rows = database.createStatement().executeQuery("select count(*) from orders");
    rows.next();
    return rows.getString(1);
  }

  private synchronized String visits() throws Exception {
    if (cache == null || cache.isClosed()) {
      cache = new Socket("cache.corp.test", 6379);
      cache.setSoTimeout(2000);
      ask("AUTH " + System.getenv("SHOP_CACHE_PASSWORD"));
    }
    return ask("INCR shop:visits");
  }

  private String ask(String line) throws IOException {
    try {
      cache.getOutputStream().write((line + "\r\n").getBytes());
      return new BufferedReader(new InputStreamReader(cache.getInputStream())).readLine();
    } catch (IOException error) {
      cache.close();
      throw error;
    }
  }
%><%
  response.setHeader("X-Served-By", InetAddress.getLocalHost().getHostName());
  try {
    out.println("ok orders=" + count() + " visits=" + visits());
  } catch (Exception error) {
    response.setStatus(503);
    out.println("not ready: " + error.getMessage());
  }
%>
