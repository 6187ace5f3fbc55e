"""Servers that run in a Java virtual machine, each known by its main class, its archive or a property that it sets.

Sources: the start script that each product ships (`kafka-run-class.sh`, `zkServer.sh`, `standalone.sh`,
`startWebLogic.sh`, …).
"""

import re
from dataclasses import dataclass

from migrator.scan.detector import Detection, argument_value, heap_mib, names_of, runtime_of
from migrator.scan.facts.processes import Process
from migrator.scan.snapshot import Snapshot
from migrator.scan.version import version_of
from migrator.scan.workload import Workload

__all__ = ["SERVERS", "JavaServer", "detect"]


@dataclass(frozen=True, slots=True)
class JavaServer:
    """One server."""

    runtime: str
    words: str
    """Pattern of a whole word of its command line."""
    package: str = ""
    """Pattern of the names of its packages; empty where that is the runtime's name."""
    called: str = ""
    """What its folder or archive is called before `-1.2.3`; empty where that is the runtime's name."""
    http: bool = False
    stateful: bool = False
    ports: tuple[int, ...] = ()
    """Where it listens unless it is told otherwise."""
    homes: tuple[str, ...] = ()
    """Properties that name its folders."""
    data: tuple[str, ...] = ()
    """Properties that name a folder with data."""


SERVERS: tuple[JavaServer, ...] = (
    JavaServer("kafka", r"kafka\.Kafka|kafka\.server\.KafkaRaftServer", r"kafka|confluent-(?:kafka|server).*", r"(?:kafka|confluent)(?:_[\d.]+)?", stateful=True, ports=(9092,)),
    JavaServer("kafka-connect", r"org\.apache\.kafka\.connect\.cli\.Connect\w+", r"kafka|confluent-kafka.*", r"kafka(?:_[\d.]+)?", http=True, ports=(8083,)),
    JavaServer("schema-registry", r"io\.confluent\.kafka\.schemaregistry\.rest\.SchemaRegistryMain", r"confluent-schema-registry", r"kafka-schema-registry", http=True, ports=(8081,)),
    JavaServer("zookeeper", r"org\.apache\.zookeeper\.server\.(?:quorum\.QuorumPeerMain|ZooKeeperServerMain)", r"zookeeperd?|zookeeper-server", r"(?:apache-)?zookeeper", stateful=True, ports=(2181,)),
    JavaServer("elasticsearch", r"org\.elasticsearch\.bootstrap\.Elasticsearch|org\.elasticsearch\.server/.*", http=True, stateful=True, homes=("-Des.path.home", "-Des.path.conf"), ports=(9200, 9300)),
    JavaServer("opensearch", r"org\.opensearch\.bootstrap\.OpenSearch", http=True, stateful=True, homes=("-Dopensearch.path.home", "-Dopensearch.path.conf"), ports=(9200, 9300)),
    JavaServer("logstash", r"org\.logstash\.Logstash", called=r"logstash(?:-core)?", ports=(5044,)),
    JavaServer("cassandra", r"org\.apache\.cassandra\.service\.CassandraDaemon", r"cassandra|dse-full", r"(?:apache-)?cassandra", stateful=True, ports=(9042, 7000)),
    JavaServer("artemis", r"org\.apache\.activemq\.artemis\.boot\.Artemis|-Dartemis\.home=.*", called=r"(?:apache-)?artemis(?:-boot|-server)?", stateful=True, homes=("-Dartemis.instance", "-Dartemis.home"), ports=(61616, 8161)),
    JavaServer("activemq", r"org\.apache\.activemq\.console\.Main|-Dactivemq\.home=.*|.*/activemq\.jar", called=r"(?:apache-)?activemq(?:-broker|-all)?", stateful=True, homes=("-Dactivemq.base", "-Dactivemq.home"), data=("-Dactivemq.data",), ports=(61616, 8161)),
    JavaServer("wildfly", r"org\.jboss\.as\.(?:standalone|server|process-controller|host-controller)|-Djboss\.home\.dir=.*|org\.jboss\.Main", r"wildfly|jbossas|eap\d-wildfly", r"wildfly|jboss(?:-eap|-as)?", http=True, homes=("-Djboss.server.base.dir", "-Djboss.home.dir"), ports=(8080, 9990)),
    JavaServer("weblogic", r"weblogic\.Server", r"weblogic", r"(?:weblogic|wlserver)(?:_)?", http=True, homes=("-Dweblogic.home",), ports=(7001,)),
    JavaServer("websphere", r"com\.ibm\.ws\.(?:runtime\.WsServer|bootstrap\.WSLauncher)|.*/ws-(?:server|launch)\.jar", r"websphere.*|openliberty", r"websphere|liberty", http=True, homes=("-Dserver.root", "-Dwas.install.root"), ports=(9080,)),
    JavaServer("glassfish", r"com\.sun\.enterprise\.glassfish\.bootstrap\.ASMain", r"glassfish|payara", r"glassfish|payara", http=True, homes=("-Dcom.sun.aas.instanceRoot",), ports=(8080, 4848)),
    JavaServer("resin", r"com\.caucho\.server\.resin\.Resin|.*/resin\.jar", r"resin(?:-pro)?", http=True),
    JavaServer("jenkins", r".*/jenkins\.war|org\.jenkinsci\..*|executable\.Main", r"jenkins", http=True, stateful=True, ports=(8080,)),
    JavaServer("nexus", r"org\.sonatype\.nexus\.(?:karaf\.NexusMain|bootstrap\.\w+)", r"nexus.*", http=True, stateful=True, data=("-Dkaraf.data",), ports=(8081,)),
    JavaServer("sonarqube", r"org\.sonar\.(?:application\.App|server\.app\.WebServer)|.*/sonar-application-[\d.]+\.jar", called=r"sonar(?:qube|-application)", http=True, stateful=True, ports=(9000,)),
    JavaServer("keycloak", r"-Dkc\.home\.dir=.*|io\.quarkus\.bootstrap\.runner\.QuarkusEntryPoint.*keycloak", called=r"keycloak", http=True, homes=("-Dkc.home.dir",)),
    JavaServer("solr", r"-Dsolr\.(?:install\.dir|solr\.home)=.*", http=True, stateful=True, homes=("-Dsolr.install.dir",), data=("-Dsolr.solr.home", "-Dsolr.data.home"), ports=(8983,)),
    JavaServer("neo4j", r"(?:com|org)\.neo4j\.server\.\w+(?:\.\w+)?|com\.neo4j\.server\.enterprise\.\w+", http=True, stateful=True, ports=(7474, 7687)),
    JavaServer("hadoop", r"org\.apache\.hadoop\.[a-z.]+\.\w+", r"hadoop.*", r"hadoop(?:-common)?", stateful=True),
    JavaServer("hbase", r"org\.apache\.hadoop\.hbase\.[a-z.]+\.\w+", r"hbase.*", r"hbase(?:-server)?", stateful=True),
    JavaServer("spark", r"org\.apache\.spark\.deploy\.\w+(?:\.\w+)?", called=r"spark(?:-core_[\d.]+)?"),
    JavaServer("flink", r"org\.apache\.flink\.runtime\.[a-z.]+\.\w+", called=r"flink(?:-dist)?"),
    JavaServer("nifi", r"org\.apache\.nifi\.(?:NiFi|bootstrap\.RunNiFi)", called=r"nifi(?:-runtime|-bootstrap)?", http=True, stateful=True),
    JavaServer("pulsar", r"org\.apache\.pulsar\.(?:PulsarBrokerStarter|PulsarStandaloneStarter|PulsarStandalone|proxy\.server\.ProxyServiceStarter)", called=r"(?:apache-)?pulsar(?:-broker)?", stateful=True),
    JavaServer("bookkeeper", r"org\.apache\.bookkeeper\.server\.Main", called=r"bookkeeper(?:-server)?", stateful=True),
    JavaServer("hazelcast", r"com\.hazelcast\.core\.server\.\w+|com\.hazelcast\.commandline\.HazelcastServerCommandLine", called=r"hazelcast(?:-all)?"),
    JavaServer("ignite", r"org\.apache\.ignite\.startup\.cmdline\.CommandLineStartup", called=r"(?:apache-)?ignite(?:-core)?", stateful=True),
    JavaServer("openfire", r"org\.jivesoftware\.openfire\.starter\.ServerStarter|-DopenfireHome=.*", called=r"openfire", stateful=True),
    JavaServer("puppetserver", r".*/puppet-server-release\.jar|puppetlabs\.trapperkeeper\.main", r"puppetserver", stateful=True),
    JavaServer("hsqldb", r"org\.hsqldb\.(?:server\.)?(?:Web)?Server", r"libhsqldb.*|hsqldb.*", r"hsqldb", stateful=True, ports=(9001,)),
    JavaServer("derby", r"org\.apache\.derby\.drda\.NetworkServerControl|.*/derbyrun\.jar", r"derby.*", r"derby(?:net|run)?", stateful=True, data=("-Dderby.system.home",), ports=(1527,)),
    JavaServer("h2", r"org\.h2\.tools\.(?:Server|Console)", r"h2.*|libh2.*", r"h2", stateful=True, data=("-baseDir",), ports=(9092, 8082)),
    JavaServer("jetty", r"org\.eclipse\.jetty\.(?:start\.Main|xml\.XmlConfiguration|runner\.Runner)|-Djetty\.(?:home|base)=.*|.*/jetty[\w-]*/start\.jar", r"jetty\d*", r"jetty(?:-home|-distribution|-server|-runner)?", http=True, homes=("-Djetty.base", "-Djetty.home"), ports=(8080,)),
)  # fmt: skip
"""In the order of trial: a product that contains Jetty stands before Jetty."""


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """The first line of the table that fits a Java process."""
    main = workload.main
    server = next((one for one in SERVERS if _fits(one, main)), None) if _is_java(main) else None
    if server is None:
        return None
    package = server.package or re.escape(server.runtime)
    version = version_of(main, snapshot, package=package, called=server.called or re.escape(server.runtime))
    return Detection(
        runtime_of(server.runtime, main, version),
        http=server.http,
        stateful=server.stateful,
        data=_values(main, server.data),
        homes=_values(main, server.homes),
        ports=server.ports,
        heap_mib=heap_mib(main.arguments),
        packages=version.package.pins,
    )


def _is_java(process: Process) -> bool:
    return bool(names_of(process) & {"java", "jsvc"})


def _fits(server: JavaServer, process: Process) -> bool:
    return any(re.fullmatch(server.words, word) for word in process.arguments)


def _values(process: Process, options: tuple[str, ...]) -> tuple[str, ...]:
    found = (argument_value(process.arguments, option) for option in options)
    return tuple(value for value in found if value.startswith("/"))
