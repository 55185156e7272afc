package devchain

import (
	"fmt"
	"maps"
	"math/big"
	"os"
	"path/filepath"

	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/eth"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/eth/filters"
	"github.com/ethereum/go-ethereum/eth/tracers"
	_ "github.com/ethereum/go-ethereum/eth/tracers/native" // the callTracer
	gethlog "github.com/ethereum/go-ethereum/log"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/gofrs/flock"

	"tocsin/fault"
)

// genesisTime and gasLimit never change: a chain that was begun with other values would not replay.
const (
	genesisTime = 1_700_000_000
	gasLimit    = 60_000_000
)

// newNode puts a go-ethereum node together: no peers, state in memory, every historical state kept.
func newNode(o Options) (*node.Node, *eth.Ethereum, error) {
	nc := node.DefaultConfig
	nc.DataDir, nc.IPCPath = "", ""
	nc.P2P = p2p.Config{NoDiscovery: true, NoDial: true}
	nc.HTTPHost, nc.WSHost = "127.0.0.1", "127.0.0.1"
	nc.HTTPPort, nc.WSPort = o.Port, o.Port
	nc.HTTPModules = []string{"eth", "net", "web3", "debug", "txpool"}
	nc.WSModules = nc.HTTPModules
	nc.AuthPort = 0
	if o.Dir != "" {
		nc.KeyStoreDir = filepath.Join(o.Dir, "keystore") // otherwise a kill leaves a temporary folder behind
	}
	if o.Logger != nil {
		nc.Logger = gethlog.NewLogger(o.Logger.Handler())
	} else {
		nc.Logger = gethlog.NewLogger(gethlog.DiscardHandler())
	}

	stack, err := node.New(&nc)
	if err != nil {
		return nil, nil, err
	}
	ec := chainConfig(o)
	backend, err := eth.New(stack, &ec)
	if err != nil {
		return stack, nil, err
	}
	fs := filters.NewFilterSystem(backend.APIBackend, filters.Config{})
	stack.RegisterAPIs([]rpc.API{{Namespace: "eth", Service: filters.NewFilterAPI(fs)}})
	stack.RegisterAPIs(tracers.APIs(backend.APIBackend))
	return stack, backend, nil
}

func chainConfig(o Options) ethconfig.Config {
	rules := *params.AllDevChainProtocolChanges
	rules.ChainID = new(big.Int).SetUint64(o.ChainID)
	rules.AmsterdamTime, rules.BogotaTime = nil, nil // not released: they change what gas costs

	alloc := core.SystemContractAllocs()
	maps.Copy(alloc, o.Alloc)

	c := ethconfig.Defaults
	c.Genesis = &core.Genesis{Config: &rules, Timestamp: genesisTime, GasLimit: gasLimit, Alloc: alloc}
	c.NetworkId = o.ChainID
	c.SyncMode = ethconfig.FullSync
	c.StateScheme = rawdb.HashScheme // with NoPruning: calls at any height
	c.NoPruning = true
	c.LogNoHistory = true
	c.DatabaseCache, c.TrieCleanCache, c.TrieDirtyCache, c.SnapshotCache = 16, 16, 16, 0
	c.Miner.GasCeil = gasLimit
	c.TxPool.Journal, c.BlobPool.Datadir = "", ""
	c.TxPool.NoLocals = true // after ten seconds it would send again what a reorganisation was to forget
	return c
}

// lock makes the folder ours until the process ends, however it ends.
func lock(dir string) (*flock.Flock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make folder of the chain: %w", err)
	}
	l := flock.New(filepath.Join(dir, "lock"), flock.SetPermissions(0o600))
	ok, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock folder of the chain: %w", err)
	}
	if !ok {
		return nil, fault.New(fault.Conflict, "The chain in %s is already running in another process.", dir).
			Instead("Stop the other process or name another folder.")
	}
	return l, nil
}
